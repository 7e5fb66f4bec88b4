package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.Status;

/** A request that the Storage Write API would refuse, in its terms. */
final class StreamFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final StorageErrorCode storageCode;
  private final String entity;

  /**
   * @param storageCode by which clients decide what to do
   * @param entity the stream or table that it is about
   */
  StreamFailure(Code code, StorageErrorCode storageCode, String entity, String message) {
    super(message);
    this.code = code;
    this.storageCode = storageCode;
    this.entity = entity;
  }

  static StreamFailure invalid(String entity, String message) {
    return new StreamFailure(
        Code.INVALID_ARGUMENT, StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED, entity, message);
  }

  static StreamFailure noStream(String entity) {
    return new StreamFailure(
        Code.NOT_FOUND,
        StorageErrorCode.STREAM_NOT_FOUND,
        entity,
        "Requested entity was not found: " + entity);
  }

  static StreamFailure noTable(TableId table) {
    return new StreamFailure(
        Code.NOT_FOUND,
        StorageErrorCode.TABLE_NOT_FOUND,
        table.toString(),
        "Requested entity was not found: table " + table);
  }

  StorageError error() {
    return StorageError.newBuilder()
        .setCode(storageCode)
        .setEntity(entity)
        .setErrorMessage(getMessage())
        .build();
  }

  /** As it stands in a reply, or ends a call. */
  Status status() {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(getMessage());
    if (storageCode != StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED) {
      status.addDetails(Any.pack(error()));
    }
    return status.build();
  }
}

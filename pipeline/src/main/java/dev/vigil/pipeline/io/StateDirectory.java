package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A directory with a {@link ShipState}, for one process at a time. The state is replaced as a
 * whole: whatever happens, the one before or the new one is there.
 */
final class StateDirectory implements AutoCloseable {
  static final String STATE = "shipped.json";

  private static final String NEW_STATE = "shipped.json.new";
  private static final String LOCK = "lock";

  /** All that is ever in it. */
  static final List<String> NAMES = List.of(STATE, NEW_STATE, LOCK);

  private final Path directory;
  private final FileChannel lock;

  private StateDirectory(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Makes the directory if there is none, and locks it.
   *
   * @throws ShipException if it cannot be written, or another process uses it
   */
  static StateDirectory open(Path directory) throws ShipException {
    FileChannel channel = null;
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) != null) {
        return new StateDirectory(directory, channel);
      }
      channel.close();
    } catch (IOException e) {
      throw ShipException.atStart(
          "--state=" + directory + " cannot be written: give a directory that can (" + e + ")");
    }
    throw ShipException.atStart(
        "--state=" + directory + " is in use by another process: stop it, or give another one");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // of this process
    }
  }

  /**
   * The state that was written last, or null if none ever was.
   *
   * @throws ShipException if there is a file that holds none
   */
  @Nullable ShipState read() throws ShipException {
    Path file = directory.resolve(STATE);
    String refusal;
    try {
      return Files.exists(file) ? ShipState.ofJson(Files.readString(file)) : null;
    } catch (JsonProcessingException | CharacterCodingException e) {
      refusal = " is not what this program writes";
    } catch (IOException e) {
      refusal = " cannot be read (" + e + ")";
    }
    throw ShipException.atStart(
        file
            + refusal
            + ": restore it, give another --state, or remove it to ship all files from their start");
  }

  /** Replaces the state; when this returns, it outlives a loss of power. */
  void write(ShipState state) throws IOException {
    Path next = directory.resolve(NEW_STATE);
    try (FileChannel file =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(state.toJson());
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(
        next,
        directory.resolve(STATE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** Lets others use the directory. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}

package dev.vigil.detect;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.util.VarInt;

/** A byte with the version, the length of what follows, and what {@link LoginShardWriter} wrote. */
final class LoginShardCoder extends CustomCoder<LoginShard> {
  private static final long serialVersionUID = 1L;

  private static final int VERSION = 2;

  @Override
  public void encode(LoginShard shard, OutputStream out) throws IOException {
    out.write(VERSION);
    VarInt.encode(shard.bytes().length, out);
    out.write(shard.bytes());
  }

  @Override
  public LoginShard decode(InputStream in) throws IOException {
    int version = in.read();
    if (version != VERSION) {
      throw new CoderException("login summaries of version " + version + " are not known");
    }
    byte[] all = new byte[VarInt.decodeInt(in)];
    if (in.readNBytes(all, 0, all.length) < all.length) {
      throw new EOFException("login summaries are cut off");
    }
    return LoginShard.ofBytes(all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoginShardCoder;
  }

  @Override
  public int hashCode() {
    return VERSION;
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    throw new NonDeterministicException(this, "the keys are in no order");
  }
}

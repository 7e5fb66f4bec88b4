package dev.vigil.stack.warehouse;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.duckdb.DuckDBConnection;

/**
 * The database file, and the one thread that writes to it.
 *
 * <p>A commit costs milliseconds, whatever is in it. So everything that waits to be written is
 * committed together, and whoever asked for it is told afterwards: what was confirmed is on disk.
 */
final class Store implements AutoCloseable {
  /** Above this, those who were first would wait for those who came last. */
  private static final int MOST_TOGETHER = 256;

  private static final List<String> SETTINGS =
      List.of(
          "SET GLOBAL TimeZone = 'UTC'",
          "SET GLOBAL threads = 2",
          "SET GLOBAL memory_limit = '1GB'",
          // Whoever may ask SQL may not read this machine's files by it, nor load code.
          "SET GLOBAL enable_external_access = false",
          "SET GLOBAL lock_configuration = true");

  private final DuckDBConnection connection;
  private final BlockingQueue<Pending<?>> queue = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::writeForEver, "store");
  private volatile boolean closed;

  /** Something to do in the database. */
  interface Work<T> {
    T in(DuckDBConnection connection) throws SQLException;
  }

  private record Pending<T>(Work<T> work, boolean alone, BiConsumer<T, Throwable> done) {
    /** Does the work now; gives what tells the asker about it, once it is committed. */
    Runnable run(DuckDBConnection connection) throws SQLException {
      T result = work.in(connection);
      return () -> done.accept(result, null);
    }
  }

  private Store(DuckDBConnection connection) {
    this.connection = connection;
  }

  /** Opens the database in a directory, or makes it. */
  static Store open(Path home) throws SQLException {
    DuckDBConnection connection =
        (DuckDBConnection)
            DriverManager.getConnection("jdbc:duckdb:" + home.resolve("warehouse.db"));
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute(setting);
      }
    }
    connection.setAutoCommit(false);
    Store store = new Store(connection);
    store.writer.setDaemon(true);
    store.writer.start();
    return store;
  }

  /**
   * Queues a write. It shares its transaction with others, and is done again by itself if that
   * fails: it must change nothing but the database.
   *
   * @param done told in the order of the queue, on the writing thread; must not block
   */
  <T> void write(Work<T> work, BiConsumer<T, Throwable> done) {
    queue.add(new Pending<>(work, false, done));
  }

  /** Writes, and waits until it is on disk. */
  <T> T write(Work<T> work) {
    return await(work, false);
  }

  /** Changes what tables there are, in a transaction of its own. */
  <T> T define(Work<T> work) {
    return await(work, true);
  }

  private <T> T await(Work<T> work, boolean alone) {
    CompletableFuture<T> future = new CompletableFuture<>();
    queue.add(
        new Pending<T>(
            work,
            alone,
            (result, failure) -> {
              if (failure == null) {
                future.complete(result);
              } else {
                future.completeExceptionally(failure);
              }
            }));
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Reads what is committed, in a transaction that cannot write. */
  <T> T read(Work<T> work) throws SQLException {
    try (DuckDBConnection reader = connection.duplicate();
        Statement statement = reader.createStatement()) {
      // By itself it would begin a transaction that can write.
      reader.setAutoCommit(true);
      statement.execute("BEGIN TRANSACTION READ ONLY");
      return work.in(reader);
    }
  }

  private void writeForEver() {
    List<Pending<?>> together = new ArrayList<>();
    try {
      while (!closed) {
        Pending<?> first = queue.take();
        together.add(first);
        while (!first.alone() && together.size() < MOST_TOGETHER) {
          Pending<?> next = queue.peek();
          if (next == null || next.alone()) {
            break;
          }
          together.add(queue.remove());
        }
        commit(together);
        together.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // Without this thread nothing would ever be answered again.
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private void commit(List<Pending<?>> together) {
    List<Runnable> done = new ArrayList<>();
    try {
      for (Pending<?> pending : together) {
        done.add(pending.run(connection));
      }
      connection.commit();
    } catch (SQLException | RuntimeException | Error e) {
      rollBack(e);
      if (together.size() == 1) {
        together.get(0).done().accept(null, e);
      } else {
        // One of them spoilt it for all: each by itself.
        together.forEach(pending -> commit(List.of(pending)));
      }
      return;
    }
    done.forEach(Runnable::run);
  }

  private void rollBack(Throwable because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  /** Stops writing and closes the file. */
  @Override
  public void close() throws SQLException {
    // Through the queue: what was accepted is written first.
    await(
        ignored -> {
          closed = true;
          return null;
        },
        true);
    connection.close();
  }
}

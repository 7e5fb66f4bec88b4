package dev.vigil.pipeline.io;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Records with a value in each field, or in none that may be null. */
public final class FilledRecords {
  static final Instant TIME = Instant.parse("2026-01-15T08:00:00.123456Z");

  private FilledRecords() {}

  /** A record with a value in each field. */
  public static <T> T filled(Class<T> type) {
    return create(type, false);
  }

  /** A record with nothing where there may be nothing. */
  public static <T> T bare(Class<T> type) {
    return create(type, true);
  }

  private static <T> T create(Class<T> type, boolean bare) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        boolean none = bare && components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
        values[i] =
            none ? null : value(components[i].getGenericType(), components[i].getName(), bare);
      }
      Constructor<T> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Object value(Type type, String name, boolean bare) {
    if (type == String.class) {
      return name.equals("ip") ? "2001:db8::1" : "some text";
    } else if (type == long.class || type == Long.class) {
      return Long.MAX_VALUE;
    } else if (type == int.class || type == Integer.class) {
      return Integer.MAX_VALUE;
    } else if (type == boolean.class) {
      return true;
    } else if (type == Instant.class) {
      return TIME;
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return bare ? List.of() : List.of(value(generic.getActualTypeArguments()[0], name, false));
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
      return Map.of("any_name", "some text");
    }
    return create((Class<?>) type, bare);
  }
}

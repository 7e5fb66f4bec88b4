package dev.vigil.event;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The components of a record class, and how to read and make its instances; worked out once. */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  private final List<Component> components;
  private final MethodHandle constructor;

  private RecordShape(Class<?> type) {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    List<Component> list = new ArrayList<>();
    List<Class<?>> parameters = new ArrayList<>();
    try {
      for (RecordComponent component : type.getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        MethodHandle getter = lookup.unreflect(component.getAccessor());
        list.add(
            new Component(
                snakeCase(component.getName()),
                component.getGenericType(),
                isNullable(component.getAnnotatedType()),
                getter.asType(MethodType.methodType(Object.class, Object.class))));
        parameters.add(component.getType());
      }
      var declared = type.getDeclaredConstructor(parameters.toArray(Class<?>[]::new));
      declared.setAccessible(true);
      constructor =
          lookup
              .unreflectConstructor(declared)
              .asSpreader(Object[].class, parameters.size())
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot look into " + type, e);
    }
    components = List.copyOf(list);
  }

  /**
   * @throws IllegalArgumentException if the class is not a record
   */
  static RecordShape of(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type + " is not a record");
    }
    return SHAPES.get(type);
  }

  /** In declared order. */
  List<Component> components() {
    return components;
  }

  Object create(Object[] values) {
    try {
      return constructor.invokeExact(values);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }

  private static boolean isNullable(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  /** {@code statusCode} to {@code status_code}; a last underscore stands for a Java keyword. */
  private static String snakeCase(String name) {
    String bare = name.endsWith("_") ? name.substring(0, name.length() - 1) : name;
    StringBuilder out = new StringBuilder(bare.length() + 4);
    for (int i = 0; i < bare.length(); i++) {
      char c = bare.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('_');
      }
      out.append(c);
    }
    return out.toString().toLowerCase(Locale.ROOT);
  }

  /**
   * One component.
   *
   * @param name in snake case
   * @param getter from the record, as an Object, to the value, as an Object
   */
  record Component(String name, Type type, boolean nullable, MethodHandle getter) {
    @Nullable Object get(Object record) {
      try {
        return (Object) getter.invokeExact(record);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }
  }
}

package dev.vigil.event;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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
    List<Component> list = new ArrayList<>();
    List<Class<?>> parameters = new ArrayList<>();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (RecordComponent component : type.getRecordComponents()) {
        list.add(
            new Component(
                snakeCase(component.getName()),
                component.getGenericType(),
                isNullable(component.getAnnotatedType()),
                getter(lookup, component)));
        parameters.add(component.getType());
      }
      constructor =
          lookup
              .findConstructor(
                  type, MethodType.methodType(void.class, parameters.toArray(Class<?>[]::new)))
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

  /** A getter as a lambda expression would be: much faster than through its method handle. */
  @SuppressWarnings("unchecked") // the call site makes such a function
  private static Function<Object, Object> getter(
      MethodHandles.Lookup lookup, RecordComponent component) throws IllegalAccessException {
    MethodHandle accessor = lookup.unreflect(component.getAccessor());
    try {
      return (Function<Object, Object>)
          LambdaMetafactory.metafactory(
                  lookup,
                  "apply",
                  MethodType.methodType(Function.class),
                  MethodType.methodType(Object.class, Object.class),
                  accessor,
                  accessor.type().wrap())
              .getTarget()
              .invoke();
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
   */
  record Component(String name, Type type, boolean nullable, Function<Object, Object> getter) {
    @Nullable Object get(Object record) {
      return getter.apply(record);
    }
  }
}

package dev.vigil.stack.googlesql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zetasql.Analyzer;
import com.google.zetasql.AnalyzerOptions;
import com.google.zetasql.FunctionArgumentType;
import com.google.zetasql.FunctionArgumentType.FunctionArgumentTypeOptions;
import com.google.zetasql.FunctionSignature;
import com.google.zetasql.LanguageOptions;
import com.google.zetasql.PreparedQuery;
import com.google.zetasql.SimpleCatalog;
import com.google.zetasql.SimpleColumn;
import com.google.zetasql.SimpleModel;
import com.google.zetasql.SimpleTable;
import com.google.zetasql.SqlException;
import com.google.zetasql.StructType;
import com.google.zetasql.TVFRelation;
import com.google.zetasql.TableContent;
import com.google.zetasql.TableValuedFunction.FixedOutputSchemaTVF;
import com.google.zetasql.Type;
import com.google.zetasql.TypeFactory;
import com.google.zetasql.Value;
import com.google.zetasql.ZetaSQLBuiltinFunctionOptions;
import com.google.zetasql.ZetaSQLFunctions.SignatureArgumentKind;
import com.google.zetasql.ZetaSQLOptions.ProductMode;
import com.google.zetasql.ZetaSQLType.TypeKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Runs statements of GoogleSQL, BigQuery's dialect, in Google's own engine, on tables that come
 * with them: a process that reads a request from each line of its input and writes the answer into
 * a line of its output. So who asks needs none of the engine's classes, which are another version
 * of those that BigQueryIO needs, and outlives it, as the engine is native and may end with its
 * process.
 *
 * <p>A request is
 *
 * <pre>{"tables": {NAME: {"type": "STRUCT&lt;…&gt;", "rows": [{…}, …]}, …},
 *  "models": [NAME, …], "statement": SQL, "run": BOOLEAN}</pre>
 *
 * and the answer {@code {"columns": [{"name", "type"}, …], "rows": [{…}, …]}}, or {@code {"error":
 * MESSAGE}}. Times are ISO 8601. A statement that is not to be run is compiled: {@code {"compiled":
 * KIND}}. Of BigQuery ML, models are known by name, and {@code ML.DETECT_ANOMALIES} by its
 * arguments and the one column that all kinds of models give.
 */
public final class GoogleSql {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AnalyzerOptions options = options();

  private static AnalyzerOptions options() {
    LanguageOptions language = new LanguageOptions();
    language.enableMaximumLanguageFeatures();
    language.enableReservableKeyword("QUALIFY");
    language.setProductMode(ProductMode.PRODUCT_EXTERNAL);
    language.setSupportsAllStatementKinds();
    AnalyzerOptions options = new AnalyzerOptions();
    options.setLanguageOptions(language);
    options.setDefaultTimezone("UTC");
    options.setPruneUnusedColumns(true);
    return options;
  }

  private GoogleSql() {}

  /** Answers until there are no more requests. */
  public static void main(String[] args) throws IOException {
    GoogleSql engine = new GoogleSql();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(JSON.writeValueAsString(engine.answer(JSON.readTree(line))));
    }
  }

  private JsonNode answer(JsonNode request) {
    SimpleCatalog catalog = new SimpleCatalog("bigquery", TypeFactory.nonUniqueNames());
    catalog.addZetaSQLFunctionsAndTypes(
        new ZetaSQLBuiltinFunctionOptions(options.getLanguageOptions()));
    addMachineLearning(catalog, request.path("models"));
    Map<String, TableContent> contents = new HashMap<>();
    for (Map.Entry<String, JsonNode> table : request.get("tables").properties()) {
      StructType type = (StructType) type(table.getValue().get("type").asText());
      SimpleTable simple = new SimpleTable(table.getKey());
      for (StructType.StructField field : type.getFieldList()) {
        simple.addSimpleColumn(field.getName(), field.getType());
      }
      catalog.addSimpleTable(simple);
      List<List<Value>> rows = new ArrayList<>();
      for (JsonNode row : table.getValue().get("rows")) {
        rows.add(List.copyOf(value(row, type).getFieldList()));
      }
      contents.put(table.getKey(), TableContent.create(rows));
    }
    String statement = request.get("statement").asText();
    try {
      String kind = Analyzer.analyzeStatement(statement, options, catalog).nodeKindString();
      return request.get("run").asBoolean()
          ? run(statement, catalog, contents)
          : JSON.createObjectNode().put("compiled", kind);
    } catch (SqlException e) {
      return JSON.createObjectNode().put("error", e.getMessage());
    }
  }

  private JsonNode run(String query, SimpleCatalog catalog, Map<String, TableContent> contents) {
    ObjectNode answer = JSON.createObjectNode();
    try (PreparedQuery prepared =
        PreparedQuery.builder()
            .setSql(query)
            .setAnalyzerOptions(options)
            .setCatalog(catalog)
            .setTablesContents(contents)
            .prepare()) {
      List<SimpleColumn> columns = prepared.getColumns();
      ArrayNode described = answer.putArray("columns");
      for (SimpleColumn column : columns) {
        described.addObject().put("name", column.getName()).put("type", name(column.getType()));
      }
      ArrayNode rows = answer.putArray("rows");
      for (List<Value> row : prepared.execute(Map.of()).getTableData()) {
        ObjectNode object = rows.addObject();
        for (int i = 0; i < row.size(); i++) {
          object.set(columns.get(i).getName(), json(row.get(i)));
        }
      }
    }
    return answer;
  }

  private static void addMachineLearning(SimpleCatalog catalog, JsonNode models) {
    models.forEach(model -> catalog.addModel(new SimpleModel(model.asText())));
    TVFRelation found =
        TVFRelation.createColumnBased(
            List.of(
                TVFRelation.Column.create(
                    "is_anomaly", TypeFactory.createSimpleType(TypeKind.TYPE_BOOL))));
    FunctionArgumentType result =
        new FunctionArgumentType(
            SignatureArgumentKind.ARG_TYPE_RELATION,
            FunctionArgumentTypeOptions.builder().setRelationInputSchema(found).build(),
            1);
    List<FunctionArgumentType> arguments =
        List.of(
            new FunctionArgumentType(SignatureArgumentKind.ARG_TYPE_MODEL),
            new FunctionArgumentType(SignatureArgumentKind.ARG_STRUCT_ANY),
            new FunctionArgumentType(SignatureArgumentKind.ARG_TYPE_RELATION));
    FixedOutputSchemaTVF detection =
        new FixedOutputSchemaTVF(
            List.of("DETECT_ANOMALIES"),
            List.of(new FunctionSignature(result, arguments, -1)),
            found);
    catalog.addNewSimpleCatalog("ML").addTableValuedFunction(detection);
    // The client looks here for what the engine has found there.
    catalog.addTableValuedFunction(detection);
  }

  private Type type(String name) {
    SimpleCatalog none = new SimpleCatalog("none", TypeFactory.nonUniqueNames());
    return Analyzer.analyzeExpression("CAST(NULL AS " + name + ")", options, none).getType();
  }

  /** The client's own way to name a struct is not there in what is published of it. */
  private static String name(Type type) {
    if (type.isArray()) {
      return "ARRAY<" + name(type.asArray().getElementType()) + ">";
    }
    if (type.isStruct()) {
      return type.asStruct().getFieldList().stream()
          .map(field -> "`" + field.getName() + "` " + name(field.getType()))
          .collect(Collectors.joining(", ", "STRUCT<", ">"));
    }
    return type.typeName(ProductMode.PRODUCT_EXTERNAL);
  }

  /** A value of a type; what an object does not have is null, or an empty list. */
  private static Value value(JsonNode json, Type type) {
    if (type.isArray()) {
      List<Value> elements = new ArrayList<>();
      if (json != null) {
        json.forEach(element -> elements.add(value(element, type.asArray().getElementType())));
      }
      return Value.createArrayValue(type.asArray(), elements);
    }
    if (json == null || json.isNull()) {
      return Value.createNullValue(type);
    }
    if (type.isStruct()) {
      List<Value> fields = new ArrayList<>();
      Set<String> unknown = new TreeSet<>();
      json.fieldNames().forEachRemaining(unknown::add);
      for (StructType.StructField field : type.asStruct().getFieldList()) {
        unknown.remove(field.getName());
        fields.add(value(json.get(field.getName()), field.getType()));
      }
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException("no column for " + unknown);
      }
      return Value.createStructValue(type.asStruct(), fields);
    }
    return switch (type.getKind()) {
      case TYPE_STRING -> Value.createStringValue(json.textValue());
      case TYPE_INT64 -> Value.createInt64Value(json.longValue());
      case TYPE_DOUBLE -> Value.createDoubleValue(json.doubleValue());
      case TYPE_BOOL -> Value.createBoolValue(json.booleanValue());
      case TYPE_JSON -> Value.createJsonValue(json.toString());
      case TYPE_TIMESTAMP ->
          Value.createTimestampValueFromUnixMicros(
              ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(json.textValue())));
      default -> throw new IllegalArgumentException("no column may have type " + type);
    };
  }

  private static JsonNode json(Value value) {
    if (value.isNull()) {
      return JSON.nullNode();
    }
    Type type = value.getType();
    if (type.isArray()) {
      ArrayNode array = JSON.createArrayNode();
      value.getElementList().forEach(element -> array.add(json(element)));
      return array;
    }
    if (type.isStruct()) {
      ObjectNode object = JSON.createObjectNode();
      for (int i = 0; i < type.asStruct().getFieldCount(); i++) {
        object.set(type.asStruct().getField(i).getName(), json(value.getField(i)));
      }
      return object;
    }
    return switch (type.getKind()) {
      case TYPE_STRING -> JSON.getNodeFactory().textNode(value.getStringValue());
      case TYPE_INT64 -> JSON.getNodeFactory().numberNode(value.getInt64Value());
      case TYPE_DOUBLE -> JSON.getNodeFactory().numberNode(value.getDoubleValue());
      case TYPE_BOOL -> JSON.getNodeFactory().booleanNode(value.getBoolValue());
      case TYPE_JSON -> JSON.getNodeFactory().textNode(value.getJsonValue());
      case TYPE_TIMESTAMP ->
          JSON.getNodeFactory()
              .textNode(
                  Instant.EPOCH.plus(value.getTimestampUnixMicros(), ChronoUnit.MICROS).toString());
      default -> throw new IllegalArgumentException("no result may have type " + type);
    };
  }
}

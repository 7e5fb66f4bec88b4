package dev.vigil.stack.warehouse;

/**
 * A table's name within the warehouse. There is no project in it: a warehouse is one project, by
 * whatever name clients call it.
 */
record TableId(String dataset, String table) {
  /** As it stands in SQL. */
  String sql() {
    return Sql.name(dataset, table);
  }

  /** As BigQuery writes it in messages. */
  @Override
  public String toString() {
    return dataset + "." + table;
  }
}

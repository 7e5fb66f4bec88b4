package dev.vigil.demo;

/**
 * A line of a log file.
 *
 * @param millis when it happened, in milliseconds since 1970; the line may show less of it
 * @param text the line without its end; all of it ASCII
 */
record LogEntry(long millis, LogFile file, String text) {}

package dev.vigil.demo;

/**
 * A line that is broken on purpose.
 *
 * @param reason the reason by which it is to be among the failures
 */
record MalformedLine(String file, String text, String reason) {}

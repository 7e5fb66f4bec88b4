/**
 * From lines to events: one {@link dev.vigil.parse.LogFormat} per log format, in plain Java, {@link
 * dev.vigil.parse.LogParser} that finds the right one for a line, and the transform that applies
 * it.
 */
package dev.vigil.parse;

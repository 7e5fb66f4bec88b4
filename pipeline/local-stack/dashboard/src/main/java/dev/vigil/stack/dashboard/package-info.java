/**
 * A page that shows what the pipeline wrote to a search node, served on loopback. Needs nothing but
 * the JDK, and a library for charts that runs in the browser.
 */
package dev.vigil.stack.dashboard;

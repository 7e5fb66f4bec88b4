/**
 * Real servers on loopback, each a process of its own, for tests and for a laptop. Needs nothing
 * but the JDK: each server has a class path of its own in a module below, so that its libraries
 * never meet the pipeline's.
 */
package dev.vigil.stack;

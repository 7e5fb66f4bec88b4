/**
 * Detections: windowed counts and joins, one transform per file, for any pipeline. The sums and
 * decisions are in plain classes that know nothing of Beam.
 */
package dev.vigil.detect;

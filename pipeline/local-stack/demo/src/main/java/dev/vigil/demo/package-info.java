/**
 * A demonstration of the whole deployment: logs of a made-up company with labelled attacks in them,
 * and a report of which of the attacks were found.
 *
 * <p>What makes logs and labels knows nothing of Vigil, so that it can be checked against it.
 */
package dev.vigil.demo;

/** The application: options, the graph, and what the user is told. */
package dev.vigil.pipeline;

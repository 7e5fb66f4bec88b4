/** Reading and writing: the only package that knows where logs come from and results go. */
package dev.vigil.pipeline.io;

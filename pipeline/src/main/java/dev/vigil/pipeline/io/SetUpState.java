package dev.vigil.pipeline.io;

/** How something that a sink needs is there. */
public enum SetUpState {
  MISSING,
  /** It can be made what it should be. */
  DIFFERENT,
  /** It can not, as long as it has rows that somebody wants to keep. */
  INCOMPATIBLE,
  THERE
}

package dev.vigil.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.display.DisplayData;

/** What runners show of a job. */
final class JobDescription {
  private JobDescription() {}

  /** The full name and the display data of each step. */
  static List<String> of(Pipeline pipeline) {
    List<String> shown = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            show(node);
            return CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            show(node);
          }

          private void show(TransformHierarchy.Node node) {
            if (node.getTransform() != null) {
              shown.add(node.getFullName() + DisplayData.from(node.getTransform()));
            }
          }
        });
    return shown;
  }
}

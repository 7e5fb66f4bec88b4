/**
 * What flows through Vigil: the events, in the terms of the Elastic Common Schema (ECS), and what
 * is made of them. Plain Java records; {@link dev.vigil.event.RecordSchemaProvider} gives each one
 * a Beam schema and coder, {@link dev.vigil.event.EcsJson} its JSON form.
 */
package dev.vigil.event;

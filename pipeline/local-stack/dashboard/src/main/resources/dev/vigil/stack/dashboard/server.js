// What this page's own server is asked: it alone talks to the node.

const PATIENCE = 20_000;

/** Nobody there, or no good answer. */
export class NoAnswer extends Error {
  /** @param since milliseconds since 1970, as far as the server knows */
  constructor(server, message, since) {
    super(message);
    this.server = server;
    this.since = since;
  }
}

/** The server's reply, with `answer` as the asked server gave it. */
export async function ask(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  let response;
  let reply;
  try {
    response = await fetch(query ? `${path}?${query}` : path, {
      signal: AbortSignal.timeout(PATIENCE),
    });
    reply = response.headers.get("Content-Type").startsWith("application/json")
      ? await response.json()
      : { error: await response.text() };
  } catch (error) {
    throw new NoAnswer("This page's own server", "it is not running any more, or too slow");
  }
  if (!response.ok) {
    throw new NoAnswer(reply.server ?? "This page's own server", reply.error, reply.since);
  }
  return reply;
}

/** Several searches: each by its name, an empty one with `missing` where there is no index. */
export async function search(path, parameters) {
  const reply = await ask(path, parameters);
  const results = {};
  reply.searches.forEach((name, i) => {
    results[name] = result(reply.answer.responses[i]);
  });
  return { ...reply, results };
}

function result(response) {
  if (!response.error) {
    return {
      total: response.hits.total?.value ?? 0,
      hits: response.hits.hits.map((hit) => hit._source),
      aggregations: response.aggregations ?? {},
    };
  }
  const missing = response.error.type === "index_not_found_exception";
  return {
    total: 0,
    hits: [],
    aggregations: {},
    missing,
    error: missing ? undefined : `${response.error.type}: ${response.error.reason}`,
  };
}

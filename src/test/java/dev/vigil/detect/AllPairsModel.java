package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What {@link JoinAllPairs} is to find: {@code FROM logins JOIN intrusions USING (source)}.
 *
 * @param window the size of the windows that pairs must share, or null for all of time
 */
record AllPairsModel(@Nullable Duration window) {

  List<JoinAllPairs.Pair> of(List<LoginAttempt> logins, List<Intrusion> intrusions) {
    List<JoinAllPairs.Pair> pairs = new ArrayList<>();
    for (LoginAttempt login : logins) {
      for (Intrusion intrusion : intrusions) {
        if (login.source().equals(intrusion.source()) && shareWindow(login, intrusion)) {
          pairs.add(
              new JoinAllPairs.Pair(
                  login.source(),
                  login.user(),
                  login.timestamp(),
                  intrusion.timestamp(),
                  intrusion.severity(),
                  intrusion.classification()));
        }
      }
    }
    return pairs;
  }

  private boolean shareWindow(LoginAttempt login, Intrusion intrusion) {
    return window == null
        || SuspiciousLoginsModel.windowStart(login.timestamp(), window)
            .equals(SuspiciousLoginsModel.windowStart(intrusion.timestamp(), window));
  }
}

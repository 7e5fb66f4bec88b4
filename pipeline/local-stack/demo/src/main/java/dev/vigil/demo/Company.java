package dev.vigil.demo;

import java.util.List;

/** What the made-up company has: machines, people, pages. */
final class Company {
  static final String BASTION = "10.1.1.5";
  static final String WEB = "10.1.1.10";
  static final String NAME_SERVER = "192.0.2.253";

  static final String BROWSER =
      "Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0";
  static final List<String> BROWSERS =
      List.of(
          BROWSER,
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
              + " Chrome/131.0.0.0 Safari/537.36",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
              + " like Gecko) Version/18.2 Mobile/15E148 Safari/604.1");

  static final List<String> PAGES =
      List.of(
          "/",
          "/products",
          "/products/17",
          "/products/204",
          "/search?q=lamp",
          "/about",
          "/cart",
          "/blog/2026/opening-hours",
          "/assets/site.css",
          "/assets/site.js",
          "/favicon.ico");

  /** Names that those who guess passwords try first. */
  static final List<String> GUESSED_USERS =
      List.of("admin", "oracle", "postgres", "git", "ubuntu", "test", "deploy", "ftp", "pi", "www");

  private static final List<String> FIRST_NAMES =
      List.of(
          "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "ken",
          "laura", "mallory", "nina", "oscar", "peggy", "quentin", "ruth", "sybil", "trent",
          "ursula", "victor", "wendy", "xavier", "yvonne", "zoe");

  private Company() {}

  /** The user name of one of its people. */
  static String person(int number) {
    int size = FIRST_NAMES.size();
    String name = FIRST_NAMES.get(number % size);
    return number < size ? name : name + number / size;
  }
}

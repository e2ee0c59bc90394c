// SQLite as Results: one connection and its statements. Private to this room. Not for two threads
// at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "base/result.h"

namespace mtls::daemon::observed {

/// A prepared statement. Values are bound in their order, from the first one on.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(std::span<const std::uint8_t> bytes);

  /// true: there is a row; false: it is done, and can be bound again.
  base::Result<bool> step();
  /// Runs a statement that gives no rows.
  base::Result<void> run();

  std::string text(int column) const;
  std::int64_t number(int column) const;
  std::vector<std::uint8_t> bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

class Database {
 public:
  enum class Access { kRead, kWrite };

  /// kParse: it is no database, or a damaged one. kUnreadable: everything else that SQLite says.
  static base::Result<Database> open(const std::string& path, Access access);

  /// Statements without values or rows.
  base::Result<void> run(const char* statements);
  base::Result<Statement> prepare(std::string_view statement);
  /// The first value of the first row; 0 without one.
  base::Result<std::int64_t> number(std::string_view statement);

  /// Runs `body` as one transaction: all of it is kept, or nothing.
  template <class Body>
  base::Result<void> at_once(const Body& body) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    base::Result<void> done = body();
    if (done) done = run("COMMIT");
    if (!done) static_cast<void>(run("ROLLBACK"));
    return done;
  }

 private:
  explicit Database(sqlite3* database) : database_(database) {}

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

/// What SQLite says went wrong with the last call.
tl::unexpected<base::Error> failure(sqlite3* database);

}  // namespace mtls::daemon::observed

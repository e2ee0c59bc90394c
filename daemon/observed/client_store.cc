#include "daemon/observed/client_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/observed/database.h"

namespace mtls::daemon::observed {
namespace {

using running::ObservedClient;
using running::ObservedVisits;

constexpr std::int64_t kSchema = 1;

// secure_delete: what is erased is overwritten. NORMAL with a write-ahead log: a crash of the
// machine may lose the last saves, and never damages the file.
constexpr const char* kConnection =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=4194304;";

constexpr const char* kTables =
    "CREATE TABLE clients(fingerprint TEXT PRIMARY KEY, issuer_key TEXT NOT NULL,"
    " serial TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,"
    " may_be_client INTEGER NOT NULL, key_kind TEXT NOT NULL, signature_kind TEXT NOT NULL,"
    " last_seen INTEGER NOT NULL, certificate BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX clients_by_last_seen ON clients(last_seen);"
    "CREATE TABLE visits(fingerprint TEXT NOT NULL REFERENCES clients ON DELETE CASCADE,"
    " server TEXT NOT NULL, listen TEXT NOT NULL, first_seen INTEGER NOT NULL,"
    " last_seen INTEGER NOT NULL, connections INTEGER NOT NULL, last_code INTEGER NOT NULL,"
    " PRIMARY KEY(fingerprint, server, listen)) WITHOUT ROWID;"
    // What `clients --erase` ended and the daemon does not know yet; '*': all.
    "CREATE TABLE erased(fingerprint TEXT PRIMARY KEY) WITHOUT ROWID;"
    // complete_since: 0 while a daemon has it open.
    "CREATE TABLE store(since INTEGER NOT NULL, complete_since INTEGER NOT NULL);"
    "INSERT INTO store VALUES(unixepoch(), 0);"
    "PRAGMA user_version=1;";

constexpr const char* kAll = "*";

std::int64_t number_of(std::chrono::sys_seconds at) { return at.time_since_epoch().count(); }
std::chrono::sys_seconds instant_of(std::int64_t number) {
  return std::chrono::sys_seconds{std::chrono::seconds{number}};
}

base::Result<void> cannot(const std::string& path) {
  return base::fail(base::ErrorCode::kUnreadable,
                    path + ": " + std::strerror(errno) + " (observer.state names this file)");
}

// Made before SQLite makes it, so that nobody else may read it at any moment; SQLite gives its log
// the same mode.
base::Result<void> make_private(const std::string& path) {
  constexpr mode_t kOwnerOnly = 0600;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (file < 0) return cannot(path);
  base::Result<void> done;
  if (::fchmod(file, kOwnerOnly) != 0) done = cannot(path);
  ::close(file);
  return done;
}

base::Result<void> set_file_aside(const std::string& path) {
  const std::string aside = path + ".set-aside";
  if (std::rename(path.c_str(), aside.c_str()) != 0) return cannot(aside);
  for (const char* log : {"-wal", "-shm"}) ::unlink((path + log).c_str());
  return {};
}

struct Opened {
  Database database;
  std::int64_t since = 0;
  std::int64_t complete_since = 0;
};

base::Result<void> check(Database& database) {
  auto found = database.prepare("PRAGMA quick_check(1)");
  if (!found) return tl::unexpected(found.error());
  const auto row = found->step();
  if (!row) return tl::unexpected(row.error());
  if (*row && found->text(0) == "ok") return {};
  return base::fail(base::ErrorCode::kParse, "it is damaged");
}

// kParse: the file has to be set aside.
base::Result<Opened> open_database(const std::string& path, Database::Access access) {
  auto database = Database::open(path, access);
  if (!database) return tl::unexpected(database.error());
  const auto schema = database->number("PRAGMA user_version");
  if (!schema) return tl::unexpected(schema.error());
  if (*schema > kSchema)
    return base::fail(base::ErrorCode::kParse, "a later release of the exporter made it");
  if (auto good = check(*database); !good) return tl::unexpected(good.error());
  if (access == Database::Access::kWrite) {
    if (auto set = database->run(kConnection); !set) return tl::unexpected(set.error());
    const auto made = *schema == kSchema
                          ? base::Result<void>{}
                          : database->at_once([&] { return database->run(kTables); });
    if (!made) return tl::unexpected(made.error());
  }
  const auto since = database->number("SELECT since FROM store");
  if (!since) return tl::unexpected(since.error());
  const auto complete = database->number("SELECT complete_since FROM store");
  if (!complete) return tl::unexpected(complete.error());
  return Opened{.database = std::move(*database), .since = *since, .complete_since = *complete};
}

std::chrono::sys_seconds last_seen(const ObservedClient& client) {
  std::chrono::sys_seconds last{};
  for (const ObservedVisits& visits : client.visits) last = std::max(last, visits.last_seen);
  return last;
}

}  // namespace

struct ClientStore::Impl {
  Impl(Opened opened, Limits its_limits)
      : database(std::move(opened.database)),
        since(instant_of(opened.since)),
        complete_since(opened.complete_since),
        limits(its_limits) {}

  template <class Value>
  base::Result<void> run_with(std::string_view text, const Value& value) {
    auto statement = database.prepare(text);
    if (!statement) return tl::unexpected(statement.error());
    return statement->bind(value).run();
  }
  base::Result<std::set<std::string>> take_erased();
  base::Result<void> put(const ObservedClient& client);
  base::Result<void> put_visits(const ObservedClient& client);
  base::Result<void> drop_surplus();
  base::Result<void> leave_no_trace();

  Database database;
  std::chrono::sys_seconds since;
  std::int64_t complete_since = 0;
  Limits limits;
  std::string why_set_aside;
  Statement put_client, drop_visits, put_visit;
};

base::Result<std::set<std::string>> ClientStore::Impl::take_erased() {
  std::set<std::string> erased;
  auto rows = database.prepare("SELECT fingerprint FROM erased");
  if (!rows) return tl::unexpected(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    erased.insert(rows->text(0));
  }
  if (erased.empty()) return erased;
  const auto done = database.run("DELETE FROM erased");
  if (!done) return tl::unexpected(done.error());
  return erased;
}

base::Result<void> ClientStore::Impl::put(const ObservedClient& client) {
  put_client.bind(client.fingerprint)
      .bind(client.issuer_key)
      .bind(client.serial)
      .bind(number_of(client.not_before))
      .bind(number_of(client.not_after))
      .bind(std::int64_t{client.may_be_client ? 1 : 0})
      .bind(client.key_kind)
      .bind(client.signature_kind)
      .bind(number_of(last_seen(client)))
      .bind(std::span(client.certificate));
  if (auto done = put_client.run(); !done) return done;
  return put_visits(client);
}

base::Result<void> ClientStore::Impl::put_visits(const ObservedClient& client) {
  if (auto done = drop_visits.bind(client.fingerprint).run(); !done) return done;
  for (const ObservedVisits& visits : client.visits) {
    put_visit.bind(client.fingerprint)
        .bind(visits.at.server)
        .bind(visits.at.listen)
        .bind(number_of(visits.first_seen))
        .bind(number_of(visits.last_seen))
        .bind(static_cast<std::int64_t>(visits.connections))
        .bind(std::int64_t{visits.last_code});
    if (auto done = put_visit.run(); !done) return done;
  }
  return {};
}

base::Result<void> ClientStore::Impl::drop_surplus() {
  const auto count = database.number("SELECT count(*) FROM clients");
  if (!count) return tl::unexpected(count.error());
  const auto most = static_cast<std::int64_t>(limits.max_clients);
  if (*count <= most) return {};
  return run_with(
      "DELETE FROM clients WHERE fingerprint IN"
      " (SELECT fingerprint FROM clients ORDER BY last_seen, fingerprint LIMIT ?)",
      *count - most);
}

// The log has old pages until it is written back and cut.
base::Result<void> ClientStore::Impl::leave_no_trace() {
  if (auto done = database.run("PRAGMA incremental_vacuum"); !done) return done;
  const auto is_busy = database.number("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!is_busy) return tl::unexpected(is_busy.error());
  if (*is_busy == 0) return {};
  return base::fail(base::ErrorCode::kUnreadable,
                    "another process reads the clients, so their write-ahead log still has what "
                    "was erased; erase again");
}

ClientStore::ClientStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientStore::~ClientStore() = default;
ClientStore::ClientStore(ClientStore&&) noexcept = default;
ClientStore& ClientStore::operator=(ClientStore&&) noexcept = default;

base::Result<ClientStore> ClientStore::open(const std::string& path, Limits limits) {
  if (auto made = make_private(path); !made) return tl::unexpected(made.error());
  auto opened = open_database(path, Database::Access::kWrite);
  std::string why;
  if (!opened && opened.error().code == base::ErrorCode::kParse) {
    why = path + " was set aside as " + path + ".set-aside: " + opened.error().message;
    if (auto moved = set_file_aside(path); !moved) return tl::unexpected(moved.error());
    if (auto made = make_private(path); !made) return tl::unexpected(made.error());
    opened = open_database(path, Database::Access::kWrite);
  }
  if (!opened) return tl::unexpected(opened.error());
  auto impl = std::make_unique<Impl>(std::move(*opened), limits);
  impl->why_set_aside = std::move(why);
  const std::array<std::pair<Statement*, const char*>, 3> statements{
      {{&impl->put_client, "INSERT OR REPLACE INTO clients VALUES(?,?,?,?,?,?,?,?,?,?)"},
       {&impl->drop_visits, "DELETE FROM visits WHERE fingerprint=?"},
       {&impl->put_visit, "INSERT INTO visits VALUES(?,?,?,?,?,?,?)"}}};
  for (const auto& [statement, text] : statements) {
    auto prepared = impl->database.prepare(text);
    if (!prepared) return tl::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  // Until close(): a process that is killed says nothing.
  if (auto begun = impl->database.run("UPDATE store SET complete_since = 0"); !begun)
    return tl::unexpected(begun.error());
  return ClientStore(std::move(impl));
}

base::Result<ClientStore> ClientStore::open_existing(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) {
    return base::fail(base::ErrorCode::kMissing,
                      path +
                          ": no clients are kept there; name the file with --state, or let the "
                          "settings begin the observer");
  }
  // Who may not write may still list.
  const bool may_write = ::access(path.c_str(), W_OK) == 0;
  auto opened = open_database(path, may_write ? Database::Access::kWrite : Database::Access::kRead);
  if (!opened) return tl::unexpected(opened.error());
  return ClientStore(std::make_unique<Impl>(std::move(*opened), Limits{}));
}

const std::string& ClientStore::set_aside() const { return impl_->why_set_aside; }
std::chrono::sys_seconds ClientStore::since() const { return impl_->since; }

std::optional<std::chrono::sys_seconds> ClientStore::complete_since() const {
  if (impl_->complete_since == 0) return std::nullopt;
  return instant_of(impl_->complete_since);
}

base::Result<void> ClientStore::close(std::chrono::sys_seconds complete_since) {
  return impl_->run_with("UPDATE store SET complete_since = ?", number_of(complete_since));
}

base::Result<std::vector<ObservedClient>> ClientStore::load() {
  std::vector<ObservedClient> clients;
  // One statement, so that both tables are of one moment.
  auto rows = impl_->database.prepare(
      "SELECT c.fingerprint, c.issuer_key, c.serial, c.not_before, c.not_after, c.may_be_client,"
      " c.key_kind, c.signature_kind, c.certificate, v.server, v.listen, v.first_seen,"
      " v.last_seen, v.connections, v.last_code FROM clients c JOIN visits v USING(fingerprint)"
      " ORDER BY c.fingerprint, v.server, v.listen");
  if (!rows) return tl::unexpected(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return clients;
    int column = 0;
    const auto text = [&] { return rows->text(column++); };
    const auto number = [&] { return rows->number(column++); };
    std::string fingerprint = text();
    if (clients.empty() || clients.back().fingerprint != fingerprint) {
      clients.push_back({.fingerprint = std::move(fingerprint),
                         .issuer_key = text(),
                         .serial = text(),
                         .not_before = instant_of(number()),
                         .not_after = instant_of(number()),
                         .may_be_client = number() != 0,
                         .key_kind = text(),
                         .signature_kind = text(),
                         .visits = {},
                         .certificate = rows->bytes(column)});
    }
    column = 9;
    clients.back().visits.push_back({.at = {.server = text(), .listen = text()},
                                     .first_seen = instant_of(number()),
                                     .last_seen = instant_of(number()),
                                     .connections = static_cast<std::uint64_t>(number()),
                                     .last_code = static_cast<int>(number())});
  }
}

base::Result<std::vector<std::string>> ClientStore::save(std::span<const ObservedClient> changed,
                                                         std::span<const std::string> gone) {
  std::set<std::string> erased;
  const auto done = impl_->database.at_once([&]() -> base::Result<void> {
    auto taken = impl_->take_erased();
    if (!taken) return tl::unexpected(taken.error());
    erased = std::move(*taken);
    for (const ObservedClient& client : changed) {
      if (erased.contains(kAll) || erased.contains(client.fingerprint)) continue;
      if (auto put = impl_->put(client); !put) return put;
    }
    for (const std::string& fingerprint : gone) {
      auto drop = impl_->run_with("DELETE FROM clients WHERE fingerprint = ?", fingerprint);
      if (!drop) return drop;
    }
    return impl_->drop_surplus();
  });
  if (!done) return tl::unexpected(done.error());
  if (!erased.empty()) static_cast<void>(impl_->leave_no_trace());  // tried: the rows are gone
  return std::vector<std::string>(erased.begin(), erased.end());
}

base::Result<void> ClientStore::forget_before(std::chrono::sys_seconds at) {
  return impl_->database.at_once([&]() -> base::Result<void> {
    for (const char* text :
         {"DELETE FROM visits WHERE last_seen < ?", "DELETE FROM clients WHERE last_seen < ?"}) {
      if (auto run = impl_->run_with(text, number_of(at)); !run) return run;
    }
    return impl_->database.run("PRAGMA incremental_vacuum");
  });
}

base::Result<bool> ClientStore::erase(const std::string& fingerprint) {
  bool was_there = false;
  const auto done = impl_->database.at_once([&]() -> base::Result<void> {
    if (auto run = impl_->run_with("DELETE FROM clients WHERE fingerprint = ?", fingerprint); !run)
      return run;
    const auto ended = impl_->database.number("SELECT changes()");
    if (!ended) return tl::unexpected(ended.error());
    was_there = *ended > 0;
    if (!was_there) return {};
    return impl_->run_with("INSERT OR IGNORE INTO erased VALUES(?)", fingerprint);
  });
  if (!done) return tl::unexpected(done.error());
  if (!was_there) return false;
  if (auto gone = impl_->leave_no_trace(); !gone) return tl::unexpected(gone.error());
  return true;
}

base::Result<std::size_t> ClientStore::erase_all() {
  std::size_t ended = 0;
  const auto done = impl_->database.at_once([&]() -> base::Result<void> {
    const auto count = size();
    if (!count) return tl::unexpected(count.error());
    ended = *count;
    return impl_->database.run(
        "DELETE FROM visits; DELETE FROM clients; INSERT OR IGNORE INTO erased VALUES('*')");
  });
  if (!done) return tl::unexpected(done.error());
  if (auto gone = impl_->leave_no_trace(); !gone) return tl::unexpected(gone.error());
  return ended;
}

base::Result<std::size_t> ClientStore::size() {
  const auto count = impl_->database.number("SELECT count(*) FROM clients");
  if (!count) return tl::unexpected(count.error());
  return static_cast<std::size_t>(*count);
}

}  // namespace mtls::daemon::observed

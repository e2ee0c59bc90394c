#include "daemon/observed/database.h"

#include "base/text.h"

namespace mtls::daemon::observed {
namespace {

// Another process that lists or erases clients holds us up for so long at most.
constexpr int kBusyMilliseconds = 2000;

const sqlite3_destructor_type kCopied = SQLITE_TRANSIENT;

}  // namespace

tl::unexpected<base::Error> failure(sqlite3* database) {
  constexpr int kPrimary = 0xff;
  const int code = sqlite3_errcode(database) & kPrimary;
  const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  const char* path = sqlite3_db_filename(database, "main");
  return base::fail(is_damaged ? base::ErrorCode::kParse : base::ErrorCode::kUnreadable,
                    base::sanitize(path != nullptr ? path : "", base::kMaxPathBytes) + ": " +
                        sqlite3_errmsg(database));
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_.get(), ++bound_, text.data(), text.size(), kCopied, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), ++bound_, number);
  return *this;
}

Statement& Statement::bind(std::span<const std::uint8_t> bytes) {
  ++bound_;
  if (bytes.empty()) {
    sqlite3_bind_zeroblob(statement_.get(), bound_, 0);  // a null pointer would be NULL
  } else {
    sqlite3_bind_blob64(statement_.get(), bound_, bytes.data(), bytes.size(), kCopied);
  }
  return *this;
}

base::Result<bool> Statement::step() {
  bound_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  auto failed = failure(sqlite3_db_handle(statement_.get()));
  sqlite3_reset(statement_.get());
  return failed;
}

base::Result<void> Statement::run() {
  while (true) {
    const auto more = step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
  }
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? "" : std::string(text, static_cast<std::size_t>(size));
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::vector<std::uint8_t> Statement::bytes(int column) const {
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {bytes, bytes + size};
}

base::Result<Database> Database::open(const std::string& path, Access access) {
  const int how = access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened,
                                   how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  Database database(opened);
  if (opened == nullptr) return base::fail(base::ErrorCode::kInternal, path + ": no memory");
  if (code != SQLITE_OK) return failure(opened);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  return database;
}

base::Result<void> Database::run(const char* statements) {
  if (sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure(database_.get());
  return {};
}

base::Result<Statement> Database::prepare(std::string_view statement) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), statement.data(),
                                      static_cast<int>(statement.size()), &prepared, nullptr);
  if (code != SQLITE_OK) return failure(database_.get());
  return Statement(prepared);
}

base::Result<std::int64_t> Database::number(std::string_view statement) {
  auto prepared = prepare(statement);
  if (!prepared) return tl::unexpected(prepared.error());
  const auto row = prepared->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? prepared->number(0) : 0;
}

}  // namespace mtls::daemon::observed

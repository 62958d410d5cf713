#include "datapath/agent/journal.h"

#include <stdexcept>

namespace violin {

// One statement, run once.
class Journal::Statement {
 public:
  Statement(const Journal& journal, const char* sql) : journal_(journal) {
    check(sqlite3_prepare_v2(journal.database_.get(), sql, -1, &statement_, nullptr));
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  Statement& bind(const std::string& value) {
    check(sqlite3_bind_text64(statement_, ++bound_, value.data(), value.size(),
                              sqlite3_destructor_type(-1), SQLITE_UTF8));
    return *this;
  }
  Statement& bind(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
  }
  // Whether there is a row.
  bool step() {
    const int status = sqlite3_step(statement_);
    check(status);
    return status == SQLITE_ROW;
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  void check(int status) const {
    if (status != SQLITE_OK && status != SQLITE_ROW && status != SQLITE_DONE) {
      throw std::runtime_error("the journal '" + journal_.file_.string() +
                               "': " + sqlite3_errmsg(journal_.database_.get()));
    }
  }

  const Journal& journal_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

Journal::Journal(const std::filesystem::path& file) : file_(file) {
  sqlite3* raw = nullptr;
  const int status = sqlite3_open(file.c_str(), &raw);
  database_.reset(raw);
  if (status != SQLITE_OK) {
    throw std::runtime_error("cannot open the journal '" + file.string() +
                             "': " + sqlite3_errmsg(raw));
  }
  sqlite3_busy_timeout(raw, 5000);
  Statement(*this, "PRAGMA journal_mode = WAL").step();
  Statement(*this, "PRAGMA synchronous = OFF").step();
  Statement(*this,
            "CREATE TABLE IF NOT EXISTS resource "
            "(id INTEGER PRIMARY KEY, kind TEXT, name TEXT, detail TEXT)")
      .step();
}

std::int64_t Journal::record(const std::string& kind, const std::string& name,
                             const std::string& detail) {
  const std::lock_guard lock(mutex_);
  Statement(*this, "INSERT INTO resource (kind, name, detail) VALUES (?, ?, ?)")
      .bind(kind)
      .bind(name)
      .bind(detail)
      .step();
  return sqlite3_last_insert_rowid(database_.get());
}

void Journal::amend(std::int64_t id, const std::string& detail) {
  const std::lock_guard lock(mutex_);
  Statement(*this, "UPDATE resource SET detail = ? WHERE id = ?").bind(detail).bind(id).step();
}

void Journal::strike(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  Statement(*this, "DELETE FROM resource WHERE id = ?").bind(id).step();
}

std::vector<Resource> Journal::resources() const {
  const std::lock_guard lock(mutex_);
  std::vector<Resource> resources;
  Statement all(*this, "SELECT id, kind, name, detail FROM resource ORDER BY id");
  while (all.step()) {
    resources.push_back({all.integer(0), all.text(1), all.text(2), all.text(3)});
  }
  return resources;
}

}  // namespace violin

#include "analysis/report/sqlite.h"

#include <stdexcept>

namespace violin {

Database::Database(const std::filesystem::path& file) : name_(file.string()) {
  sqlite3* raw = nullptr;
  const int status = sqlite3_open(name_.c_str(), &raw);
  database_.reset(raw);
  check(status);
}

void Database::execute(const std::string& sql) {
  check(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

void Database::check(int status) const {
  if (status != SQLITE_OK && status != SQLITE_DONE && status != SQLITE_ROW) {
    throw std::runtime_error("cannot write '" + name_ + "': " + sqlite3_errmsg(database_.get()));
  }
}

Insertion::Insertion(Database& database, const std::string& table, int columns)
    : database_(database) {
  std::string sql = "INSERT INTO " + table + " VALUES (?";
  for (int i = 1; i < columns; ++i) {
    sql += ",?";
  }
  sqlite3_stmt* raw = nullptr;
  database_.check(sqlite3_prepare_v2(database_.get(), (sql + ")").c_str(), -1, &raw, nullptr));
  statement_.reset(raw);
}

void Insertion::bind(int column, const std::string& value) {
  // Copied by SQLite, as rows are made from temporaries.
  database_.check(sqlite3_bind_text64(statement_.get(), column, value.data(), value.size(),
                                      sqlite3_destructor_type(-1), SQLITE_UTF8));
}

void Insertion::bind(int column, double value) {
  database_.check(sqlite3_bind_double(statement_.get(), column, value));
}

void Insertion::bind_null(int column) {
  database_.check(sqlite3_bind_null(statement_.get(), column));
}

void Insertion::step() {
  database_.check(sqlite3_step(statement_.get()));
  database_.check(sqlite3_reset(statement_.get()));
}

}  // namespace violin

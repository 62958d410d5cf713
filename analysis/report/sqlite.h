// Writing an SQLite database, row by row. Everything throws std::runtime_error naming the file,
// with SQLite's reason.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace violin {

class Database {
 public:
  explicit Database(const std::filesystem::path& file);

  void execute(const std::string& sql);
  sqlite3* get() const { return database_.get(); }
  void check(int status) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };

  std::string name_;
  std::unique_ptr<sqlite3, Close> database_;
};

// INSERT INTO <table> VALUES (?, ...), once per row. The database outlives it.
class Insertion {
 public:
  Insertion(Database& database, const std::string& table, int columns);

  template <typename... Values>
  void row(const Values&... values) {
    int column = 0;
    (bind(++column, values), ...);
    step();
  }

  // For rows whose width shows only while running: columns count from 1; step() ends the row.
  void bind(int column, const std::string& value);
  void bind(int column, double value);
  template <typename T>
  requires std::is_integral_v<T>
  void bind(int column, T value) {
    database_.check(
        sqlite3_bind_int64(statement_.get(), column, static_cast<sqlite3_int64>(value)));
  }
  template <typename T>
  void bind(int column, const std::optional<T>& value) {
    value ? bind(column, *value) : bind_null(column);
  }
  void bind_null(int column);
  void step();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace violin

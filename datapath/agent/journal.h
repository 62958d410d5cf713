// What a live network has made on this machine, on disk: each thing is written down before it is
// made and struck out after it is gone, so that whatever happens in between (a crash, kill -9),
// what may be there is known by name, and nothing else is ever touched.
//
// An SQLite database of one table, resource (id, kind, name, detail). Writes are whole or not at
// all, and seen by others at once; they survive the process, not necessarily the machine
// (everything here ends with it).
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace violin {

struct Resource {
  std::int64_t id = 0;
  std::string kind;    // "daemon", "guest", "jetway"
  std::string name;    // what it is called on the machine, or where it is
  std::string detail;  // what else is needed to find and remove it: JSON, by kind
};

class Journal {
 public:
  // Opens the journal, or begins one. Throws std::runtime_error naming file and reason.
  explicit Journal(const std::filesystem::path& file);

  // Before it is made. Returns its id.
  std::int64_t record(const std::string& kind, const std::string& name,
                      const std::string& detail = "{}");
  // More is known of it now.
  void amend(std::int64_t id, const std::string& detail);
  // It is gone.
  void strike(std::int64_t id);
  // What may be there, in the order of recording.
  std::vector<Resource> resources() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  class Statement;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
  mutable std::mutex mutex_;  // one statement at a time, from any thread
};

}  // namespace violin

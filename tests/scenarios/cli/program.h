// Runs the real `violin` binary, as a user's shell does.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/scenarios/running.h"

namespace violin {

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

struct Ended {
  int code = -1;  // 128 + the signal's number if one ended it
  std::string out;
  std::string err;
};

// A program that runs beside the test.
class Program {
 public:
  // stdout and stderr go to files in `folder`, or stdout to `out` where that is given.
  Program(std::vector<std::string> words, const std::filesystem::path& folder,
          const std::filesystem::path& out = {})
      : out_(out.empty() ? folder / "stdout" : out), err_(folder / "stderr") {
    std::vector<char*> arguments;
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
      redirect(out_, STDOUT_FILENO);
      redirect(err_, STDERR_FILENO);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
  }

  void signal(int number) const { kill(process_, number); }
  Ended wait() const {
    int status = 0;
    waitpid(process_, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, std::filesystem::is_regular_file(out_) ? text_of(out_) : "", text_of(err_)};
  }

 private:
  static void redirect(const std::filesystem::path& file, int descriptor) {
    const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(opened, descriptor);
    close(opened);
  }

  std::filesystem::path out_;
  std::filesystem::path err_;
  pid_t process_ = -1;
};

// A test with a folder of its own, in which files are made and the binary runs.
class CommandLine : public ::testing::Test {
 protected:
  std::filesystem::path make(const std::string& name, const std::string& content) const {
    std::ofstream(folder() / name, std::ios::binary) << content;
    return folder() / name;
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

  Ended violin(std::vector<std::string> words) const {
    words.insert(words.begin(), VIOLIN_BINARY);
    return Program(std::move(words), folder()).wait();
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace violin

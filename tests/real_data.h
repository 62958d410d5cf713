// Tests on the measured data: VIOLIN_DATA, or ../shared/data beside the source; skipped without.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace violin {

class RealDataTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("VIOLIN_DATA");
    folder_ = given != nullptr ? given : VIOLIN_SOURCE_DIR "/../shared/data";
    if (!std::filesystem::is_directory(folder_)) {
      GTEST_SKIP() << "no data at " << folder_ << "; set VIOLIN_DATA";
    }
  }

  std::string read(const std::string& path) const {
    const std::ifstream file(folder_ / path, std::ios::binary);
    EXPECT_TRUE(file) << folder_ / path;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
};

}  // namespace violin

#include "scenarios/load/file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scenarios/load/diagnostic.h"
#include "scenarios/load/load.h"

namespace violin::scenario {
namespace {

namespace fs = std::filesystem;

class ScenarioFile : public ::testing::Test {
 public:
  ~ScenarioFile() override { fs::remove_all(folder_); }

 protected:
  ScenarioFile()
      : folder_(fs::temp_directory_path() / ("violin-file-test-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  fs::path make(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  static std::string error_of(const fs::path& file) {
    try {
      load_scenario(file);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return {};
  }

  fs::path folder_;
};

TEST_F(ScenarioFile, OfTwoGigabytesIsRefusedByItsSize) {
  const fs::path file = make("huge.yaml", "");
  fs::resize_file(file, 2ULL << 30);  // sparse: nothing is written
  EXPECT_EQ(error_of(file), file.string() +
                                ": larger than 64 MiB, which no scenario is; vhost_groups describe "
                                "many vHosts in a few lines");
}

TEST_F(ScenarioFile, ThatIsAbsentIsNamed) {
  const fs::path file = folder_ / "absent.yaml";
  EXPECT_EQ(error_of(file), file.string() + ": cannot be read: No such file or directory");
}

TEST_F(ScenarioFile, ThatIsADirectoryIsNamed) {
  const fs::path file = folder_ / "folder.yaml";
  fs::create_directory(file);
  EXPECT_EQ(error_of(file), file.string() + ": is a directory, not a scenario file");
}

TEST_F(ScenarioFile, OfUnknownExtensionIsRefusedWithTheKnownOnes) {
  EXPECT_EQ(error_of(folder_ / "x.toml"),
            (folder_ / "x.toml").string() +
                ": cannot tell its format: expected a name that ends in .yaml, .yml, .json, "
                ".textproto, .txtpb, .textpb or .pbtxt");
}

TEST_F(ScenarioFile, GivesItsNameToAScenarioWithoutOne) {
  const fs::path file = make("my-net.yaml",
                             "duration: 1s\nsubstrate: {rtt_matrix: rtts.txt}\n"
                             "violins: [{name: v}]\n");
  EXPECT_EQ(load_scenario(file).message.name(), "my-net");
  EXPECT_EQ(load_scenario(file).directory, folder_);
}

TEST(InputFormat, GoesByTheExtension) {
  EXPECT_EQ(format_of("a/b.yaml"), InputFormat::kYaml);
  EXPECT_EQ(format_of("b.yml"), InputFormat::kYaml);
  EXPECT_EQ(format_of("b.json"), InputFormat::kJson);
  EXPECT_EQ(format_of("b.textproto"), InputFormat::kTextproto);
  EXPECT_EQ(format_of("b.txtpb"), InputFormat::kTextproto);
  EXPECT_EQ(format_of("b.pbtxt"), InputFormat::kTextproto);
  EXPECT_EQ(format_of("b"), std::nullopt);
}

struct EncodedText {
  const char* what;
  std::string text;
  std::size_t invalid_at;
};
void PrintTo(const EncodedText& c, std::ostream* out) { *out << c.what; }

// RFC 3629 section 4 and its table of syntax.
class Utf8 : public ::testing::TestWithParam<EncodedText> {};
TEST_P(Utf8, IsCheckedAsTheRfcHasIt) {
  EXPECT_EQ(find_invalid_utf8(GetParam().text), GetParam().invalid_at);
}
constexpr auto kNone = std::string_view::npos;
INSTANTIATE_TEST_SUITE_P(Rfc3629, Utf8,
                         ::testing::Values(EncodedText{"ascii", "abc", kNone},
                                           EncodedText{"two bytes", "\xc3\xa4", kNone},
                                           EncodedText{"three bytes", "\xe2\x89\xa2", kNone},
                                           EncodedText{"four bytes", "\xf0\xa3\x8e\xb4", kNone},
                                           EncodedText{"last code point", "\xf4\x8f\xbf\xbf",
                                                       kNone},
                                           EncodedText{"beyond the last", "a\xf4\x90\x80\x80", 1},
                                           EncodedText{"overlong slash", "\xc0\xaf", 0},
                                           EncodedText{"overlong three", "\xe0\x80\xaf", 0},
                                           EncodedText{"overlong four", "\xf0\x80\x80\xaf", 0},
                                           EncodedText{"surrogate", "ab\xed\xa0\x80", 2},
                                           EncodedText{"continuation alone", "abc\x80", 3},
                                           EncodedText{"cut off", "ab\xe2\x89", 2},
                                           EncodedText{"no lead byte", "\xff", 0},
                                           EncodedText{"lead then ascii",
                                                       "\xc3("
                                                       "a",
                                                       0}));

TEST(CheckedText, TellsLineAndColumnOfTheBadByte) {
  try {
    checked_text("a: b\nc: \xff\n", "f");
    FAIL();
  } catch (const ScenarioError& error) {
    EXPECT_STREQ(error.what(), "f:2:4: byte 0xff is not UTF-8; save the file as UTF-8");
  }
}

TEST(CheckedText, RefusesControlCharacters) {
  try {
    checked_text(std::string("a\nb\0c", 5), "f");
    FAIL();
  } catch (const ScenarioError& error) {
    EXPECT_STREQ(error.what(), "f:2:2: control character 0x00; is this a text file?");
  }
}

TEST(CheckedText, LeavesOutAByteOrderMark) {
  EXPECT_EQ(checked_text("\xef\xbb\xbfname: x\r\n", "f"), "name: x\r\n");
}

}  // namespace
}  // namespace violin::scenario

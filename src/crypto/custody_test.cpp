#include "crypto/custody.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace settled::crypto {
namespace {

using namespace std::literals;

class Custody : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "custody-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // The URI of a new file.
    std::string put(std::string_view content, ::mode_t mode = 0600) {
        const std::string path = folder_ / std::to_string(++files_);
        std::ofstream(path, std::ios::binary) << content;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return "file:" + path;
    }
    void refuses(const std::string& uri, Code code, std::string_view content) {
        const auto secret = read_secret(uri);
        ASSERT_FALSE(secret.has_value()) << uri;
        EXPECT_EQ(secret.error().code, code);
        EXPECT_TRUE(secret.error().detail.contains(uri)) << secret.error().detail;
        EXPECT_FALSE(!content.empty() && secret.error().detail.contains(content));
    }

    std::filesystem::path folder_;
    int files_ = 0;
};

TEST_F(Custody, reads_a_closed_file_without_its_last_line_end) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"token", "token"},       {"token\n", "token"},   {"token\r\n", "token"},
        {"token\n\n", "token\n"}, {" token ", " token "}, {"a\nb\n", "a\nb"},
        {"a\0b"sv, "a\0b"sv},     {"token\r", "token\r"},
    };
    for (const auto& [content, secret] : table)
        EXPECT_EQ(read_secret(put(content))->reveal(), secret);
    EXPECT_EQ(read_secret(put("token", 0400))->reveal(), "token");
}

TEST_F(Custody, refuses_a_file_open_to_others) {
    for (const ::mode_t mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0601u, 0644u, 0777u})
        refuses(put("hush", mode), Code::key_unreadable, "hush");
}

TEST_F(Custody, refuses_a_file_of_another_user) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give a file away";
    const std::string uri = put("hush");
    ASSERT_EQ(::chown(uri.substr(5).c_str(), 12345, ::getegid()), 0);
    refuses(uri, Code::key_unreadable, "hush");
}

TEST_F(Custody, refuses_what_is_no_readable_file_of_sane_size) {
    EXPECT_EQ(read_secret(put(std::string(64 * 1024, 'x')))->bytes().size(), 64u * 1024);
    refuses(put(std::string(64 * 1024 + 1, 'x')), Code::key_unreadable, "xx");
    refuses(put(""), Code::key_unreadable, "");
    refuses(put("\n"), Code::key_unreadable, "");
    refuses("file:" + (folder_ / "absent").string(), Code::key_unreadable, "");
    refuses("file:" + folder_.string(), Code::key_unreadable, "");
    refuses("file:", Code::key_unreadable, "");
    const std::string pipe = folder_ / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    refuses("file:" + pipe, Code::key_unreadable, "");
    refuses("file:/dev/null", Code::key_unreadable, "");
}

// What a link leads to is judged: orchestrators mount secrets as links.
TEST_F(Custody, follows_links_and_judges_their_target) {
    const std::string closed = put("token").substr(5);
    const std::string open = put("hush", 0644).substr(5);
    std::filesystem::create_symlink(closed, folder_ / "good");
    std::filesystem::create_symlink(open, folder_ / "bad");
    EXPECT_EQ(read_secret("file:" + (folder_ / "good").string())->reveal(), "token");
    refuses("file:" + (folder_ / "bad").string(), Code::key_unreadable, "hush");
}

TEST_F(Custody, takes_a_variable_out_of_the_environment) {
    ASSERT_EQ(::setenv("SETTLED_TEST_TOKEN", "hush", 1), 0);
    const char* const where = ::getenv("SETTLED_TEST_TOKEN");
    EXPECT_EQ(read_secret("env:SETTLED_TEST_TOKEN")->reveal(), "hush");
    EXPECT_EQ(::getenv("SETTLED_TEST_TOKEN"), nullptr);
    EXPECT_EQ(*where, '\0'); // glibc never frees what setenv made
    refuses("env:SETTLED_TEST_TOKEN", Code::key_unreadable, "hush");
    refuses("env:", Code::key_unreadable, "");
    ASSERT_EQ(::setenv("SETTLED_TEST_TOKEN", "", 1), 0);
    refuses("env:SETTLED_TEST_TOKEN", Code::key_unreadable, "");
}

// Somebody who pastes the secret where its name belongs must not find it in the log.
TEST_F(Custody, an_unknown_scheme_is_not_repeated) {
    for (const std::string_view uri : {"sk_live_hush"sv, "hush:x"sv, ""sv, "FILE:/hush"sv,
                                       "-----BEGIN PRIVATE KEY-----hush"sv, "/etc/hush"sv}) {
        const auto secret = read_secret(uri);
        ASSERT_FALSE(secret.has_value()) << uri;
        EXPECT_EQ(secret.error().code, Code::value_invalid);
        EXPECT_FALSE(secret.error().detail.contains("hush"));
    }
}

TEST_F(Custody, opens_a_signer) {
    const auto signer = open_signer(put(generate_rsa_key_pem()));
    ASSERT_TRUE(signer.has_value());
    EXPECT_EQ((*signer)->sign("m")->size(), 256u);

    const std::string broken = put("-----BEGIN PRIVATE KEY-----\nhush\n");
    const auto refused = open_signer(broken);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::key_unreadable);
    EXPECT_TRUE(refused.error().detail.starts_with(broken));
    EXPECT_FALSE(refused.error().detail.contains("hush"));
}

} // namespace
} // namespace settled::crypto

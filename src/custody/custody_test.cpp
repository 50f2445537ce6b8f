#include "custody/custody.h"

#include "custody/env/kept_variables.h"
#include "custody/operations.h"
#include "custody/schemes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace settled::custody {
namespace {

using namespace std::literals;

class CustodyTest : public testing::Test {
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

TEST_F(CustodyTest, reads_a_closed_file_without_its_last_line_end) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"token", "token"},       {"token\n", "token"},   {"token\r\n", "token"},
        {"token\n\n", "token\n"}, {" token ", " token "}, {"a\nb\n", "a\nb"},
        {"a\0b"sv, "a\0b"sv},     {"token\r", "token\r"},
    };
    for (const auto& [content, secret] : table)
        EXPECT_EQ(read_secret(put(content))->reveal(), secret);
    EXPECT_EQ(read_secret(put("token", 0400))->reveal(), "token");
}

TEST_F(CustodyTest, refuses_a_file_open_to_others) {
    for (const ::mode_t mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0601u, 0644u, 0777u})
        refuses(put("hush", mode), Code::key_unreadable, "hush");
}

TEST_F(CustodyTest, refuses_a_file_of_another_user) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give a file away";
    const std::string uri = put("hush");
    ASSERT_EQ(::chown(uri.substr(5).c_str(), 12345, ::getegid()), 0);
    refuses(uri, Code::key_unreadable, "hush");
}

TEST_F(CustodyTest, refuses_what_is_no_readable_file_of_sane_size) {
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
TEST_F(CustodyTest, follows_links_and_judges_their_target) {
    const std::string closed = put("token").substr(5);
    const std::string open = put("hush", 0644).substr(5);
    std::filesystem::create_symlink(closed, folder_ / "good");
    std::filesystem::create_symlink(open, folder_ / "bad");
    EXPECT_EQ(read_secret("file:" + (folder_ / "good").string())->reveal(), "token");
    refuses("file:" + (folder_ / "bad").string(), Code::key_unreadable, "hush");
}

TEST_F(CustodyTest, variables_are_read_once_and_leave_the_environment) {
    ASSERT_EQ(::setenv("SETTLED_SECRET_TOKEN", "hush", 1), 0);
    ASSERT_EQ(::setenv("BANK_TOKEN", "hush too", 1), 0);
    ASSERT_EQ(::setenv("UNRELATED", "stays", 1), 0);
    const char* const where = ::getenv("BANK_TOKEN");
    keep_variables(std::array{"BANK_TOKEN"s, "NOT_SET"s, ""s});
    EXPECT_EQ(::getenv("SETTLED_SECRET_TOKEN"), nullptr);
    EXPECT_EQ(::getenv("BANK_TOKEN"), nullptr);
    EXPECT_EQ(*where, '\0');                  // glibc never frees what setenv made
    for (int round = 0; round < 2; ++round) { // it is kept, not taken
        EXPECT_EQ(read_secret("env:SETTLED_SECRET_TOKEN")->reveal(), "hush");
        EXPECT_EQ(read_secret("env:BANK_TOKEN")->reveal(), "hush too");
    }
    for (const char* const name : {"UNRELATED", "NOT_SET", "PATH", ""})
        refuses("env:"s + name, Code::key_unreadable, "stays");
    EXPECT_STREQ(::getenv("UNRELATED"), "stays") << "naming a variable does not remove it";
}

// An operator who pastes the secret where its name belongs must not find it in the log.
TEST_F(CustodyTest, an_unknown_scheme_is_not_repeated) {
    for (const std::string_view uri : {"sk_live_hush"sv, "hush:x"sv, ""sv, "FILE:/hush"sv,
                                       "-----BEGIN PRIVATE KEY-----hush"sv, "/etc/hush"sv}) {
        const auto secret = read_secret(uri);
        ASSERT_FALSE(secret.has_value()) << uri;
        EXPECT_EQ(secret.error().code, Code::value_invalid);
        EXPECT_FALSE(secret.error().detail.contains("hush"));
    }
}

TEST_F(CustodyTest, opens_a_signer) {
    const auto signer = open_signer(put(crypto::generate_rsa_key_pem()));
    ASSERT_TRUE(signer.has_value());
    EXPECT_EQ((*signer)->sign("m")->size(), 256u);

    const std::string broken = put("-----BEGIN PRIVATE KEY-----\nhush\n");
    const auto refused = open_signer(broken);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::key_unreadable);
    EXPECT_TRUE(refused.error().detail.starts_with(broken));
    EXPECT_FALSE(refused.error().detail.contains("hush"));
}

class TenantCustodyTest : public CustodyTest {
  protected:
    void SetUp() override {
        CustodyTest::SetUp();
        std::filesystem::create_directories(folder_ / "secrets/shop/deep");
        std::filesystem::create_directories(folder_ / "secrets/shop-2");
        write("secrets/shop/token", "ours");
        write("secrets/shop/deep/token", "deep");
        write("secrets/shop-2/token", "another tenant's");
        write("outside", "the operator's");
    }
    void write(const std::string& name, std::string_view content, ::mode_t mode = 0600) {
        std::ofstream(folder_ / name) << content;
        EXPECT_EQ(::chmod((folder_ / name).c_str(), mode), 0);
    }
    std::string here(const std::string& name) const { return (folder_ / name).string(); }
    custody::Custody shop() const {
        return custody::Custody::of_tenant((folder_ / "secrets/shop").string());
    }
};

TEST_F(TenantCustodyTest, a_file_in_the_tenants_directory_is_read_however_it_is_named) {
    std::filesystem::create_symlink("deep/token", here("secrets/shop/link"));
    const std::pair<std::string, std::string_view> table[] = {
        {"file:token", "ours"},
        {"file:deep/token", "deep"},
        {"file:./deep/../token", "ours"},
        {"file:link", "deep"},
        {"file:" + here("secrets/shop/token"), "ours"},
    };
    for (const auto& [uri, content] : table) {
        const auto secret = shop().read_secret(uri);
        ASSERT_TRUE(secret.has_value()) << uri << ": " << secret.error().detail;
        EXPECT_EQ(secret->reveal(), content) << uri;
    }
}

TEST_F(TenantCustodyTest, nothing_leads_out_of_it) {
    ASSERT_EQ(::setenv("SETTLED_SECRET_OTHER", "hush", 1), 0);
    keep_variables({});
    std::filesystem::create_symlink(here("outside"), here("secrets/shop/absolute"));
    std::filesystem::create_symlink("../shop-2/token", here("secrets/shop/sideways"));
    std::filesystem::create_symlink("/proc/self/root", here("secrets/shop/root"));
    ASSERT_EQ(::mkfifo(here("secrets/shop/pipe").c_str(), 0600), 0);
    write("secrets/shop/open", "hush", 0644);
    write("secrets/shop/big", std::string(64 * 1024 + 1, 'x'));
    for (const std::string& uri : {"file:../shop-2/token"s,
                                   "file:../../outside"s,
                                   "file:" + here("outside"),
                                   "file:" + here("secrets/shop-2/token"),
                                   "file:" + here("secrets/shop/../../outside"),
                                   "file:absolute"s,
                                   "file:sideways"s,
                                   "file:root/etc/hostname"s,
                                   "file:absent"s,
                                   "file:pipe"s,
                                   "file:open"s,
                                   "file:big"s,
                                   "file:deep"s,
                                   "file:"s,
                                   "file:/dev/ptmx"s,
                                   "file:/proc/self/environ"s,
                                   "env:SETTLED_SECRET_OTHER"s,
                                   "env:PATH"s,
                                   "token"s,
                                   ""s}) {
        const auto secret = shop().read_secret(uri);
        ASSERT_FALSE(secret.has_value()) << uri;
        EXPECT_EQ(secret.error().code, Code::key_unreadable) << uri;
    }
    const auto elsewhere = custody::Custody::of_tenant(here("secrets/nobody"));
    EXPECT_EQ(elsewhere.read_secret("file:token").error().code, Code::key_unreadable);
}

TEST_F(TenantCustodyTest, key_sets_are_read_by_the_same_rules) {
    const std::string modulus = "r" + std::string(340, 'W') + "Q"; // 2048 bits, odd
    const std::string keys =
        fmt::format(R"({{"keys":[{{"kty":"RSA","kid":"a","n":"{}","e":"AQAB"}}]}})", modulus);
    write("secrets/shop/google.json", keys, 0644);
    write("google.json", keys, 0644);
    ASSERT_EQ(::mkfifo(here("pipe").c_str(), 0600), 0);
    const auto anybody = custody::Custody::of_operator();
    EXPECT_TRUE(shop().read_key_set("google.json").has_value());
    EXPECT_TRUE(anybody.read_key_set(here("google.json")).has_value());
    for (const std::string& path : {here("google.json"), "../../google.json"s, "absent"s})
        EXPECT_EQ(shop().read_key_set(path).error().code, Code::key_unreadable) << path;
    for (const std::string& path : {"/dev/ptmx"s, "/dev/zero"s, here("pipe"), here("outside")})
        EXPECT_EQ(anybody.read_key_set(path).error().code, Code::key_unreadable) << path;
}

TEST_F(TenantCustodyTest, a_good_secret_is_remembered_while_it_is_asked_for) {
    KeyMemory memory;
    const auto custody = shop().with(memory);
    const auto read = [&](const custody::Custody& by, std::string_view uri) {
        memory.begin();
        auto secret = by.read_secret(uri, [](std::string_view text) -> Result<> {
            return text == "unfit" ? fail(Code::key_unsuitable, "too short") : Result<>();
        });
        if (secret)
            memory.end();
        return secret ? std::string(secret->reveal()) : std::string("none");
    };
    EXPECT_EQ(read(custody, "file:token"), "ours");
    EXPECT_FALSE(memory.trouble());
    write("secrets/shop/token", "unfit");
    EXPECT_EQ(read(custody, "file:token"), "ours");
    ASSERT_TRUE(memory.trouble());
    EXPECT_EQ(memory.trouble()->code, Code::key_unsuitable);
    std::filesystem::remove(here("secrets/shop/token"));
    EXPECT_EQ(read(custody, "file:token"), "ours");
    EXPECT_EQ(read(custody::Custody::of_operator().with(memory), "file:token"), "none")
        << "who names it is a part of the name";
    write("secrets/shop/token", "newer");
    EXPECT_EQ(read(custody, "file:token"), "newer");
    EXPECT_FALSE(memory.trouble());
    EXPECT_EQ(read(custody, "file:deep/token"), "deep");
    std::filesystem::remove(here("secrets/shop/token"));
    EXPECT_EQ(read(custody, "file:token"), "none") << "nobody named it meanwhile";
}

TEST(SecretsOfSettings, are_named_by_uri_or_by_a_path) {
    EXPECT_EQ(secret_uri("/etc/settled/tls.key"), "file:/etc/settled/tls.key");
    EXPECT_EQ(secret_uri("tls.key"), "file:tls.key");
    for (const std::string uri : {"file:/a", "env:A", "aws-sm:a", "s3://a/b", "pkcs11:object=a"})
        EXPECT_EQ(secret_uri(uri), uri);
    for (const std::string place : {"/a", "file:/a", "env:A", "aws-sm:a", "s3://a/b"})
        EXPECT_TRUE(names_secret(place)) << place;
    for (const std::string secret : {"hunter2", "hunter:2", "", "a/b"})
        EXPECT_FALSE(names_secret(secret)) << secret;
}

TEST_F(CustodyTest, a_memory_knows_of_each_secret_whether_it_can_be_read) {
    KeyMemory memory;
    const Custody custody = Custody::of_operator().with(memory);
    const std::string there = put("a secret");
    const std::string absent = "file:" + (folder_ / "absent").string();
    EXPECT_EQ(memory.is_good(there), std::nullopt);
    EXPECT_TRUE(custody.read_secret(there));
    EXPECT_FALSE(custody.read_secret(absent));
    EXPECT_EQ(memory.is_good(there), true);
    EXPECT_EQ(memory.is_good(absent), false);
    std::filesystem::remove(there.substr(5));
    EXPECT_TRUE(custody.read_secret(there)) << "it is given as it was";
    EXPECT_EQ(memory.is_good(there), false);
}

TEST_F(CustodyTest, a_memory_knows_since_when_a_secret_is_used_as_it_was) {
    using namespace std::chrono_literals;
    KeyMemory memory;
    const Custody custody = Custody::of_operator().with(memory);
    const std::string there = put("a secret");
    const std::string absent = "file:" + (folder_ / "absent").string();
    const auto read_at = [&](std::chrono::seconds at) {
        memory.begin(Clock::Steady(at));
        (void)custody.read_secret(there);
        (void)custody.read_secret(absent);
        return memory.kept_since(there);
    };
    EXPECT_EQ(read_at(10s), std::nullopt);
    const std::string path = there.substr(5);
    std::filesystem::rename(path, path + ".away");
    EXPECT_EQ(read_at(20s), Clock::Steady(20s));
    EXPECT_EQ(read_at(30s), Clock::Steady(20s));
    EXPECT_EQ(memory.kept_since(absent), std::nullopt) << "there is no value that could be kept";
    std::filesystem::rename(path + ".away", path);
    EXPECT_EQ(read_at(40s), std::nullopt);
}

TEST_F(CustodyTest, reads_and_signatures_are_counted_by_the_kind_of_place) {
    std::vector<Operation> seen;
    listen_to_operations([&](const Operation& operation) { seen.push_back(operation); });
    const auto signer = Custody::of_operator().open_signer(put(crypto::generate_rsa_key_pem()));
    ASSERT_TRUE(signer);
    EXPECT_TRUE((*signer)->sign("m"));
    EXPECT_FALSE(read_secret("env:SETTLED_SECRET_THAT_IS_NOT_SET"));
    listen_to_operations({});
    EXPECT_TRUE((*signer)->sign("m"));
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].custody, Kind::file);
    EXPECT_TRUE(seen[1].is_done);
    EXPECT_EQ(seen[1].count, 1U);
    EXPECT_EQ(seen[2].custody, Kind::env);
    EXPECT_FALSE(seen[2].is_done);
}

} // namespace
} // namespace settled::custody

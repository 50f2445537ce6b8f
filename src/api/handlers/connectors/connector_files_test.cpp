// Whose files a connector may name, and what is said of them.
#include "api/testing.h"

#include "crypto/rsa.h"
#include "custody/env/kept_variables.h"
#include "domain/connector.h"
#include "store/queries/directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace settled::api {
namespace {

using namespace std::literals;
using testing::Reply;
using testing::World;

// Making one takes long.
const std::string& private_key() {
    static const std::string pem = crypto::generate_rsa_key_pem();
    return pem;
}

class ConnectorFilesTest : public ::testing::Test {
  protected:
    ConnectorFilesTest() {
        good = world.new_connector("bank");
        (void)world.keep_secret("theirs.pem", private_key(), "other");
        (void)world.keep_secret("no-key.pem", "no key at all");
        (void)world.keep_secret("open.pem", private_key());
        std::filesystem::permissions(world.tenant_secrets() + "/main/open.pem",
                                     std::filesystem::perms::others_read,
                                     std::filesystem::perm_options::add);
        outside = world.directory + "/operators.pem";
        std::ofstream(outside) << private_key();
        std::filesystem::permissions(outside, std::filesystem::perms::owner_read);
        std::filesystem::create_symlink(outside, world.tenant_secrets() + "/main/link.pem");
        EXPECT_EQ(::mkfifo((world.tenant_secrets() + "/main/pipe").c_str(), 0600), 0);
    }

    // The body of a new connector, with another URI of its key.
    std::string naming(std::string_view uri, std::string_view name = "bank") const {
        std::string body = good;
        const std::string was = "file:bank.pem";
        body.replace(body.find(was), was.size(), uri);
        const std::string called = R"("name":"bank")";
        return body.replace(body.find(called), called.size(),
                            R"("name":")" + std::string(name) + '"');
    }
    bool files_are_tenants(std::string_view name) {
        const auto rows = world.write<std::vector<store::ConnectorRow>>(
            [](store::Session& s) { return store::all_connectors(s); });
        for (const auto& row : rows)
            if (row.name == name)
                return domain::parse_connector_settings(row.settings).value().files_are_tenants;
        ADD_FAILURE() << "no connector " << name;
        return false;
    }

    World world;
    std::string key = world.key_of("main");
    std::string good;
    std::string outside;
};

TEST_F(ConnectorFilesTest, a_tenant_gets_one_answer_whatever_is_wrong_with_the_name) {
    std::set<std::string> details;
    for (const std::string& uri :
         {"file:absent.pem"s, "file:open.pem"s, "file:no-key.pem"s, "file:link.pem"s, "file:pipe"s,
          "file:../other/theirs.pem"s, "file:" + outside, "file:" + world.directory + "/absent"s,
          "file:/dev/ptmx"s, "file:/dev/zero"s, "file:/etc/shadow"s, "file:"s, "env:PATH"s,
          "env:SETTLED_SECRET_X"s, "ftp:x"s, "pkcs11:token=x"s, "hush"s}) {
        const Reply reply = world.call(key, "POST", "/v1/connectors", naming(uri));
        EXPECT_EQ(reply.status(), 422) << uri;
        EXPECT_EQ(reply.code(), "value_invalid") << uri;
        details.insert(reply.at("detail"));
    }
    EXPECT_EQ(details.size(), 1U);
    EXPECT_TRUE(details.begin()->starts_with("signing_key: "));
    EXPECT_EQ(world.call(key, "GET", "/v1/connectors").count(), 0U);
    EXPECT_NE(::getenv("PATH"), nullptr) << "a call removes no variable";
}

TEST_F(ConnectorFilesTest, a_tenant_gets_one_answer_for_secrets_and_for_key_sets) {
    (void)world.keep_secret("short", "too short");
    const auto signature = [](std::string_view uri) {
        return R"({"signature":{"scheme":"hmac","header":"S","secrets":[")" + std::string(uri) +
               R"("]}})";
    };
    const auto push = [](std::string_view path) {
        return R"({"push":{"audience":"a","service_account":"b","format":"settled","jwks_file":")" +
               std::string(path) + R"("}})";
    };
    std::set<std::string> signatures, pushes;
    for (const std::string& name : {"short"s, "absent"s, "pipe"s, "open.pem"s, "link.pem"s, outside,
                                    "/dev/ptmx"s, "../other/theirs.pem"s}) {
        signatures.insert(
            world.call(key, "PATCH", "/v1/connectors/any", signature("file:" + name)).at("detail"));
        pushes.insert(world.call(key, "PATCH", "/v1/connectors/any", push(name)).at("detail"));
    }
    signatures.insert(
        world.call(key, "PATCH", "/v1/connectors/any", signature("env:PATH")).at("detail"));
    EXPECT_EQ(signatures.size(), 1U);
    EXPECT_EQ(pushes.size(), 1U);
    EXPECT_TRUE(signatures.begin()->starts_with("signature: "));
    EXPECT_TRUE(pushes.begin()->starts_with("push: jwks_file: "));
}

TEST_F(ConnectorFilesTest, a_tenants_files_are_its_own_and_stay_marked_as_such) {
    ASSERT_EQ(world.call(key, "POST", "/v1/connectors", naming("file:bank.pem")).status(), 201);
    EXPECT_TRUE(files_are_tenants("bank"));
    const std::string whole = "file:" + world.tenant_secrets() + "/main/bank.pem";
    EXPECT_EQ(world.call(key, "POST", "/v1/connectors", naming(whole, "whole")).status(), 201);
    const std::string others = world.key_of("other");
    EXPECT_EQ(world.call(others, "POST", "/v1/connectors", naming(whole, "theirs")).status(), 422);
    EXPECT_EQ(
        world.call(others, "POST", "/v1/connectors", naming("file:theirs.pem", "theirs")).status(),
        201);
}

TEST_F(ConnectorFilesTest, the_operator_names_anything_and_is_shown_what_is_wrong) {
    ASSERT_EQ(::setenv("SETTLED_SECRET_SIGNING", private_key().c_str(), 1), 0);
    custody::keep_variables({});
    EXPECT_EQ(world.operate("POST", "/v1/connectors", naming("file:" + outside)).status(), 201);
    EXPECT_FALSE(files_are_tenants("bank"));
    for (const char* const name : {"env-1", "env-2"}) // it is there for each that names it
        EXPECT_EQ(
            world.operate("POST", "/v1/connectors", naming("env:SETTLED_SECRET_SIGNING", name))
                .status(),
            201);
    const std::pair<std::string, std::string_view> table[] = {
        {"file:" + world.directory + "/absent", "No such file"},
        {"file:" + world.tenant_secrets() + "/main/open.pem", "chmod 600"},
        {"file:" + world.tenant_secrets() + "/main/pipe", "not a regular file"},
        {"env:PATH", "begins with SETTLED_SECRET_"},
        {"hush", "named by file:/path, env:NAME, pkcs11:"},
    };
    for (const auto& [uri, why] : table) {
        const Reply reply = world.operate("POST", "/v1/connectors", naming(uri, "refused"));
        EXPECT_EQ(reply.status(), 422) << uri;
        EXPECT_TRUE(reply.at("detail").contains(why)) << reply.at("detail");
        EXPECT_FALSE(reply.at("detail").contains("hush"));
    }
}

TEST_F(ConnectorFilesTest, the_last_caller_to_name_a_file_decides_where_it_is_looked_for) {
    ASSERT_EQ(world.operate("POST", "/v1/connectors", naming("file:" + outside)).status(), 201);
    ASSERT_EQ(world.call(key, "PATCH", "/v1/connectors/bank", R"({"retention_days":30})").status(),
              200);
    EXPECT_FALSE(files_are_tenants("bank"))
        << "a tenant changes the rest of what the operator made";
    EXPECT_EQ(world
                  .call(key, "PATCH", "/v1/connectors/bank",
                        R"({"signing_key":"file:)" + outside + R"("})")
                  .status(),
              422);
    ASSERT_EQ(world.call(key, "PATCH", "/v1/connectors/bank", R"({"signing_key":"file:bank.pem"})")
                  .status(),
              200);
    EXPECT_TRUE(files_are_tenants("bank"));
}

} // namespace
} // namespace settled::api

#include "dev/directory.h"

#include "dev/guide.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace settled::dev {
namespace {

using testing::HasSubstr;

class Place {
  public:
    Place() : path_(testing::TempDir() + "dev_XXXXXX") { ::mkdtemp(path_.data()); }
    ~Place() { std::filesystem::remove_all(path_); }
    std::string dev() const { return path_ + "/settled-dev"; }

  private:
    std::string path_;
};

std::string refusal_of(const std::string& path, bool fresh = false) {
    const auto taken = Directory::take(path, fresh);
    return taken ? "nothing is wrong" : taken.error().detail;
}

void finish(Directory& directory) {
    directory.state().key = Secret("sk_1");
    ASSERT_TRUE(cli::write_dev_state(directory.path(), directory.state()).has_value());
    std::ofstream(directory.file("settled.toml")) << "# kept\n";
}

TEST(DevDirectory, is_made_for_the_user_alone_and_taken_by_one_at_a_time) {
    const Place place;
    auto directory = Directory::take(place.dev(), false);
    ASSERT_TRUE(directory.has_value()) << directory.error().detail;
    EXPECT_TRUE(directory->is_new());
    struct stat facts{};
    ASSERT_EQ(::stat(place.dev().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700U);
    EXPECT_THAT(refusal_of(place.dev()), HasSubstr("running already"));
    EXPECT_THAT(refusal_of(place.dev(), true), HasSubstr("running already"));
}

TEST(DevDirectory, keeps_what_is_finished_until_a_fresh_start) {
    const Place place;
    std::uint16_t control = 0;
    {
        auto directory = Directory::take(place.dev(), false);
        ASSERT_TRUE(directory.has_value());
        control = directory->state().ports.control;
        finish(*directory);
    }
    {
        auto directory = Directory::take(place.dev(), false);
        ASSERT_TRUE(directory.has_value());
        EXPECT_FALSE(directory->is_new());
        EXPECT_EQ(directory->state().ports.control, control);
        EXPECT_TRUE(std::filesystem::exists(directory->file("settled.toml")));
    }
    auto directory = Directory::take(place.dev(), true);
    ASSERT_TRUE(directory.has_value());
    EXPECT_TRUE(directory->is_new());
    EXPECT_FALSE(std::filesystem::exists(directory->file("settled.toml")));
}

TEST(DevDirectory, begins_anew_when_its_making_was_cut_off) {
    const Place place;
    {
        auto directory = Directory::take(place.dev(), false);
        ASSERT_TRUE(directory.has_value());
        std::ofstream(directory->file("half")) << "half";
    }
    auto directory = Directory::take(place.dev(), false);
    ASSERT_TRUE(directory.has_value());
    EXPECT_TRUE(directory->is_new());
    EXPECT_FALSE(std::filesystem::exists(directory->file("half")));
}

TEST(DevDirectory, refuses_what_it_did_not_make_and_leaves_it_alone) {
    const Place place;
    std::filesystem::create_directory(place.dev());
    EXPECT_THAT(refusal_of(place.dev(), true), HasSubstr("was not made by `settled dev`"));
    EXPECT_TRUE(std::filesystem::is_empty(place.dev()));
}

TEST(DevPorts, are_all_different_and_free) {
    SystemRng rng;
    PortClaims claims;
    const auto ports = choose_ports(rng, claims);
    ASSERT_TRUE(ports.has_value());
    EXPECT_TRUE(check_ports(*ports, claims).has_value());
    EXPECT_NE(ports->control, ports->bank);
    EXPECT_NE(ports->partner, ports->partner_tls);
}

TEST(DevPorts, of_two_that_choose_before_either_listens_are_different) {
    SystemRng rng;
    PortClaims first_claims;
    const auto first = choose_ports(rng, first_claims);
    ASSERT_TRUE(first.has_value());
    {
        PortClaims second_claims;
        const auto second = choose_ports(rng, second_claims);
        ASSERT_TRUE(second.has_value());
        EXPECT_NE(second->server, first->server);
        EXPECT_FALSE(check_ports(*first, second_claims).has_value());
    }
    EXPECT_TRUE(check_ports(*first, first_claims).has_value());
}

TEST(DevGuide, is_a_line_of_variables_and_three_commands) {
    cli::DevState state;
    state.url = "http://127.0.0.1:8080";
    state.key = Secret("sk_1");
    state.control = "http://127.0.0.1:9000";
    state.payment = "order-1";
    const std::string text = guide_text(state, "/d/settled-dev");
    EXPECT_THAT(text, HasSubstr("\nexport SETTLED_URL=http://127.0.0.1:8080 SETTLED_KEY=sk_1 "
                                "SETTLED_SANDBOX=http://127.0.0.1:9000\nsettled listen\n"
                                "settled trigger settlement\n"));
    EXPECT_THAT(text, HasSubstr(" settled console --data /d/settled-dev/data "));
    EXPECT_EQ(commands_to_try(state).size(), 3U);
    const std::string json = guide_json(state);
    EXPECT_EQ(std::ranges::count(json, '\n'), 1);
    EXPECT_THAT(json, HasSubstr(R"("commands":["settled listen",)"));
}

} // namespace
} // namespace settled::dev

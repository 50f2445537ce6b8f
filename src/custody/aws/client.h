// Signed calls to AWS's services: endpoint, credentials, signature, repetition, and our clock.
//
// A call takes five seconds at most, repetitions and fresh credentials included. It is repeated, three
// tries in all, when the service is overloaded or fails; once at once when AWS says that our clock is
// wrong (the difference is kept for that host, and used for signatures alone) or that the credentials
// have ended (with fresh ones).
//
// Any thread. Errors: aws_unreachable, aws_denied, aws_not_found, aws_credentials_missing,
// aws_credentials_expired, aws_clock_skew, aws_failed, and those of the credentials' place. None names
// more of a reply than AWS's word for the error.
#pragma once

#include "custody/aws/credentials.h"
#include "custody/aws/endpoint.h"
#include "custody/aws/http.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace settled::custody::aws {

struct AwsCall {
    Service service = Service::secrets_manager;
    std::string region = {};
    std::string method = "POST";
    std::string bucket = {}; // of S3
    std::string path = "/";  // not encoded
    HttpFields query = {};
    HttpFields fields = {}; // those that are signed in addition to host, date and token
    std::string body = {};
};

class Client {
  public:
    Client(Settings settings, Environment environment, std::shared_ptr<Http> http,
           Surroundings surroundings);

    // A reply of status 200.
    Result<HttpReply> send(const AwsCall& call);
    // The URI's, else that of settings, environment or profile. Fails with value_invalid: there is none.
    Result<std::string> region_of(std::string_view named) const;
    // By how much AWS's clock is ahead of ours, of the host with the largest difference; zero: they
    // agree, or AWS was not asked.
    std::chrono::seconds clock_offset() const;
    const Settings& settings() const { return settings_; }

  private:
    struct Place {
        Endpoint endpoint;
        std::string host;
        std::string path; // encoded
    };
    struct Spent; // what a call has used up of its tries
    Result<Place> place_of(const AwsCall& call) const;
    Result<HttpReply> try_once(const AwsCall& call, const Place& place, const Credentials& with,
                               Clock::Steady deadline);
    // True: again. `spent` is one call's.
    bool goes_on(const HttpReply& reply, const Place& place, const CredentialKeeper::Kept& with,
                 Spent& spent);
    void note_clock(const std::string& host, const HttpReply& reply);
    std::chrono::seconds offset_of(const std::string& host) const;

    Settings settings_;
    Environment environment_;
    std::shared_ptr<Http> http_;
    Surroundings surroundings_;
    CredentialKeeper credentials_;
    mutable std::mutex mutex_;
    std::map<std::string, std::chrono::seconds> offsets_; // by host
};

} // namespace settled::custody::aws

// Receives events of settled: verifies, stores, answers, and processes afterwards; each event once.
//
//   c++ -std=c++20 -O2 receiver.cpp -o receiver -lcrypto
//   WEBHOOK_SECRET=whsec_... ./receiver 8090 inbox.log
#include <algorithm>
#include <arpa/inet.h>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <openssl/hmac.h>
#include <regex>
#include <set>
#include <unistd.h>
using std::string, std::size_t;
constexpr size_t request_bytes_max = 2 << 20;
string key;            // of the endpoint's secret
std::set<string> seen; // ids
int inbox;
unsigned char* bytes(const string& text) { return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())); }
// What stands in the pattern's group; names have no case.
string first(const string& text, const string& pattern) {
    std::smatch match;
    return std::regex_search(text, match, std::regex(pattern, std::regex::icase)) ? match[1].str() : "";
}
// Standard Webhooks: HMAC-SHA256 over id.timestamp.body; while a secret is changed there are several signatures.
bool is_authentic(const string& head, const string& id, const string& body) {
    const string timestamp = first(head, "\nwebhook-timestamp: *([0-9]{1,12})\r");
    const string text = id + "." + timestamp + "." + body;
    if (timestamp.empty() || std::abs(std::time(nullptr) - std::stoll(timestamp)) > 300) return false;
    unsigned char digest[32], encoded[64];
    HMAC(EVP_sha256(), key.data(), int(key.size()), bytes(text), text.size(), digest, nullptr);
    const string expected = "v1," + string(encoded, encoded + EVP_EncodeBlock(encoded, digest, sizeof digest));
    string rest = first(head, "\nwebhook-signature: *([^\r]*)\r") + " ";
    for (size_t end; (end = rest.find(' ')) != string::npos; rest.erase(0, end + 1))
        if (end == expected.size() && CRYPTO_memcmp(rest.data(), expected.data(), end) == 0) return true;
    return false;
}
bool store(const string& id, string body) { // on the disk when it returns
    std::ranges::replace(body, '\n', ' ');
    const string line = id + " " + body + "\n";
    return write(inbox, line.data(), line.size()) == ssize_t(line.size()) && fsync(inbox) == 0;
}
void serve(int peer) { // one request at a time; without an answer it comes again
    string in, part(65536, '\0');
    size_t head = string::npos, end = request_bytes_max;
    while (in.size() < end) {
        const ssize_t got = read(peer, part.data(), part.size());
        if (got <= 0) return;
        in.append(part, 0, size_t(got));
        if (head == string::npos && (head = in.find("\r\n\r\n")) != string::npos)
            end = head + 4 + std::stoull("0" + first(in.substr(0, head + 2), "\ncontent-length: *([0-9]{1,9})\r"));
    }
    const string fields = in.substr(0, head + 2), body = in.substr(head + 4);
    const string id = first(fields, "\nwebhook-id: *([^\r ]+)\r");
    const bool good = is_authentic(fields, id, body), is_new = good && !seen.contains(id);
    if (is_new && !store(id, body)) return;
    const string status = good ? "204 No Content" : "401 Unauthorized";
    const string answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (is_new && seen.insert(id).second) // your work goes here, after the answer; with a JSON library of yours
        std::cout << "processed " << id << " " << first(body, "\"type\":\"([^\"]*)\"") << std::endl;
}
int main(int, char** arguments) {
    const string secret = string(std::getenv("WEBHOOK_SECRET")).substr(6); // behind whsec_
    key.resize(secret.size());
    key.resize(EVP_DecodeBlock(bytes(key), bytes(secret), int(secret.size())) - std::ranges::count(secret, '='));
    std::ifstream before(arguments[2]);
    for (string line; std::getline(before, line) && !before.eof();) // a line that a crash cut short has no end
        seen.insert(line.substr(0, line.find(' ')));
    inbox = open(arguments[2], O_APPEND | O_CREAT | O_WRONLY, 0600);
    sockaddr_in address{AF_INET, htons(uint16_t(std::stoi(arguments[1]))), {htonl(INADDR_LOOPBACK)}, {}};
    const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1; // so that it can start again at once
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 64) != 0)
        return 1;
    std::cout << "listening " << arguments[1] << std::endl;
    for (int peer; (peer = accept(listener, nullptr, nullptr)) >= 0; close(peer)) serve(peer);
}

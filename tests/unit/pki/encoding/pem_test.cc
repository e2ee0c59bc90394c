#include "pki/encoding/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "tests/support/pki_maker.h"

using namespace mtls;
using mtls::pki::encoding::PemLabel;

namespace {

struct Pems {
  std::string a = testing::mint_root("CN=A").certificate_pem;
  std::string b = testing::mint_root("CN=B").certificate_pem;
  testing::Minted minted = testing::mint_root("CN=K");
  std::string key = minted.key_pem;
  std::string crl = testing::mint_crl({.issuer = &minted, .revoked = {}});
};

const Pems& pems() {
  static const Pems made;
  return made;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string replaced_once(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string begin_of(const std::string& pem) { return pem.substr(0, pem.find('\n') + 1); }
std::string body_of(const std::string& pem) {
  const std::size_t start = pem.find('\n') + 1;
  return pem.substr(start, pem.find("-----END") - start);
}
std::string end_of(const std::string& pem) { return pem.substr(pem.find("-----END")); }

// What OpenSSL's loader of CA files sees: all certificates and CRLs, or a refusal of the whole
// file.
struct Loaded {
  bool refused = false;
  std::vector<std::string> subjects;
};

Loaded load_with_openssl(const std::string& text) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), std::fclose);
  std::fwrite(text.data(), 1, text.size(), file.get());
  REQUIRE(std::fseek(file.get(), 0, SEEK_SET) == 0);
  ERR_clear_error();
  STACK_OF(X509_INFO)* infos = PEM_X509_INFO_read(file.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  Loaded loaded{.refused = infos == nullptr, .subjects = {}};
  for (int i = 0; i < sk_X509_INFO_num(infos); ++i) {
    const X509_INFO* info = sk_X509_INFO_value(infos, i);
    if (info->x509 == nullptr) continue;
    char* name = X509_NAME_oneline(X509_get_subject_name(info->x509), nullptr, 0);
    loaded.subjects.emplace_back(name);
    OPENSSL_free(name);
  }
  sk_X509_INFO_pop_free(infos, X509_INFO_free);
  return loaded;
}

Loaded load_with_splitter(const std::string& text) {
  Loaded loaded;
  for (const mtls::pki::encoding::PemBlock& block : mtls::pki::encoding::split_pem(text)) {
    if (!block.error.empty()) loaded.refused = true;
    if (block.label != PemLabel::kCertificate || !block.error.empty()) continue;
    const unsigned char* der = block.der.data();
    X509* x509 = d2i_X509(nullptr, &der, static_cast<long>(block.der.size()));
    if (x509 == nullptr) {
      loaded.refused = true;
      continue;
    }
    char* name = X509_NAME_oneline(X509_get_subject_name(x509), nullptr, 0);
    loaded.subjects.emplace_back(name);
    OPENSSL_free(name);
    X509_free(x509);
  }
  ERR_clear_error();
  return loaded;
}

struct Shape {
  std::string name;
  std::string text;
};

std::vector<Shape> accepted_shapes() {
  const Pems& p = pems();
  std::string one_line = body_of(p.a);
  one_line.erase(std::remove(one_line.begin(), one_line.end(), '\n'), one_line.end());
  const std::string chunk(254, 'x');
  return {
      {"plain", p.a + p.b},
      {"text before, between and after", "Certificate:\n  Data:\n" + p.a + "# B\n" + p.b + "tail"},
      {"binary tail", p.a + std::string("\x80\xFF\x00\x01", 4)},
      {"CRLF", replaced(p.a + p.b, "\n", "\r\n")},
      {"no final newline", p.a.substr(0, p.a.size() - 1)},
      {"spaces after BEGIN", replaced_once(p.a, "-----\n", "----- \t \n")},
      {"bytes above 0x7F after BEGIN", replaced_once(p.a, "-----\n", "-----\xC2\xA0\n")},
      {"indented base64",
       begin_of(p.a) + "  \t" + replaced_once(body_of(p.a), "\n", "\n  ") + end_of(p.a)},
      {"one-line base64", begin_of(p.a) + one_line + "\n" + end_of(p.a)},
      {"byte order mark", "\xEF\xBB\xBF" + p.a + p.b},
      {"byte order mark before each", "\xEF\xBB\xBF" + p.a + "\xEF\xBB\xBF" + p.b},
      {"byte order mark in the middle of text", p.a + "text\n\xEF\xBB\xBF" + p.b},
      {"indented BEGIN is text", p.a + " " + p.b},
      {"only BEGIN indented", " " + p.a},
      {"BEGIN without its dashes is text",
       replaced(p.a, "CERTIFICATE-----\n", "CERTIFICATE----\n") + p.b},
      {"blank line right after BEGIN", begin_of(p.a) + "\n" + body_of(p.a) + end_of(p.a)},
      {"X509 CERTIFICATE", replaced(p.a, " CERTIFICATE", " X509 CERTIFICATE")},
      {"CRL beside", p.crl + p.a + p.crl},
      {"private key beside", p.key + p.a + p.key},
      {"parameters beside",
       "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + p.a},
      {"duplicate", p.a + p.a},
      {"NUL at a line's start ends the file", p.a + "x\n" + std::string(1, '\0') + "y\n" + p.b},
      {"NUL hides the rest of its line", p.a + "x" + std::string(1, '\0') + "y\n" + p.b},
      {"BEGIN at a chunk of a long line", chunk + p.a},
      {"BEGIN inside a long line", "x" + chunk + p.a},
      {"whole block without END hides the next", begin_of(p.a) + body_of(p.a) + p.b},
      {"dashes end base64", begin_of(p.a) + body_of(p.a) + "-\n!!!\n" + end_of(p.a)},
      {"DER with junk behind", begin_of(p.a) + body_of(p.a) + end_of(p.a)},
      {"CR only", replaced(p.a, "\n", "\r")},
      {"empty", ""},
      {"comment only", "# nothing\n"},
      {"PKCS7", replaced(p.a, "CERTIFICATE", "PKCS7")},
  };
}

std::vector<Shape> refused_shapes() {
  const Pems& p = pems();
  const std::string body = body_of(p.a);
  return {
      {"END and BEGIN on one line",
       replaced_once(p.a + p.b, "-----\n-----BEGIN", "----------BEGIN")},
      {"blank line inside base64", begin_of(p.a) + replaced_once(body, "\n", "\n\n") + end_of(p.a)},
      {"blank line before END", begin_of(p.a) + body + "\n" + end_of(p.a)},
      {"two blank lines", begin_of(p.a) + "\n\n" + body + end_of(p.a)},
      {"blank line, then a long line",
       begin_of(p.a) + "\n" + replaced_once(body, "\n", "") + end_of(p.a)},
      {"blank line, then a short line",
       begin_of(p.a) + "\n" + "MII\n" + body.substr(3) + end_of(p.a)},
      {"encryption header",
       begin_of(p.a) + "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,00\n\n" + body + end_of(p.a)},
      {"A, then B cut in its base64", p.a + p.b.substr(0, p.b.size() / 2)},
      {"A, then B without END", p.a + begin_of(p.b) + body_of(p.b)},
      {"A cut in its base64, then B", p.a.substr(0, p.a.size() / 2) + "\n" + p.b},
      {"wrong END label", replaced(p.a, "END CERTIFICATE", "END X509 CERTIFICATE")},
      {"space before END's tail", replaced(p.a, "END CERTIFICATE", "END CERTIFICATE ")},
      {"bad base64", begin_of(p.a) + "*" + body.substr(1) + end_of(p.a)},
      {"base64 one digit short", begin_of(p.a) + body.substr(1) + end_of(p.a)},
      {"padding inside", begin_of(p.a) + "MA==" + body + end_of(p.a)},
      {"three pads", begin_of(p.a) + "M===\n" + end_of(p.a)},
      {"nothing between", begin_of(p.a) + end_of(p.a)},
      {"good base64, bad DER", begin_of(p.a) + "MAA=\n" + end_of(p.a)},
      {"whole A without END, then a CRL", begin_of(p.a) + body + p.crl},
      {"key cut off", p.a + p.key.substr(0, p.key.size() / 2)},
      {"NUL at a line's start inside", begin_of(p.a) + std::string(1, '\0') + body + end_of(p.a)},
  };
}

std::vector<std::string> described(const std::string& text) {
  std::vector<std::string> out;
  for (const mtls::pki::encoding::PemBlock& block : mtls::pki::encoding::split_pem(text)) {
    out.push_back(std::to_string(block.line) + ":" + (block.error.empty() ? "ok" : block.error));
  }
  return out;
}

}  // namespace

TEST_CASE("pem: a file that OpenSSL accepts yields the very certificates OpenSSL sees (R4.1)") {
  for (const Shape& shape : accepted_shapes()) {
    DYNAMIC_SECTION(shape.name) {
      const Loaded expected = load_with_openssl(shape.text);
      REQUIRE_FALSE(expected.refused);
      CHECK(load_with_splitter(shape.text).subjects == expected.subjects);
    }
  }
}

TEST_CASE("pem: only a block hidden by a missing END makes an accepted file look bad") {
  for (const Shape& shape : accepted_shapes()) {
    DYNAMIC_SECTION(shape.name) {
      const bool hides = shape.name == "whole block without END hides the next";
      CHECK(load_with_splitter(shape.text).refused == hides);
    }
  }
}

TEST_CASE("pem: a file that OpenSSL refuses has a bad block (R4.1)") {
  for (const Shape& shape : refused_shapes()) {
    DYNAMIC_SECTION(shape.name) {
      REQUIRE(load_with_openssl(shape.text).refused);
      CHECK(load_with_splitter(shape.text).refused);
    }
  }
}

TEST_CASE("pem: every cut of a bundle is judged as OpenSSL judges it (F4)") {
  const std::string bundle = pems().a + pems().b;
  for (std::size_t size = 0; size <= bundle.size(); ++size) {
    const std::string cut = bundle.substr(0, size);
    const Loaded expected = load_with_openssl(cut);
    const Loaded actual = load_with_splitter(cut);
    INFO("cut at " << size);
    REQUIRE(actual.refused == expected.refused);
    if (!expected.refused) REQUIRE(actual.subjects == expected.subjects);
  }
}

TEST_CASE("pem: random damage is judged as OpenSSL judges it") {
  const std::string bundle = "# text\n" + pems().a + pems().b;
  const std::string spice("-\n =A\0:\xFF\r*", 10);
  std::uint32_t state = 1;
  const auto random = [&state](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = bundle;
    for (std::size_t edits = 1 + random(2); edits > 0; --edits) {
      const std::size_t at = random(damaged.size());
      switch (random(3)) {
        case 0: damaged[at] = spice[random(spice.size())]; break;
        case 1: damaged.insert(at, 1, spice[random(spice.size())]); break;
        default: damaged.erase(at, 1 + random(80)); break;
      }
    }
    const Loaded expected = load_with_openssl(damaged);
    const Loaded actual = load_with_splitter(damaged);
    INFO("round " << round << "\n" << damaged);
    if (expected.refused) {
      REQUIRE(actual.refused);
    } else {
      REQUIRE(actual.subjects == expected.subjects);
    }
  }
}

TEST_CASE("pem: a bad block does not hide the good ones after it (F5)") {
  const Pems& p = pems();
  const std::string bad = begin_of(p.a) + "*\n" + end_of(p.a);
  const std::string half = p.a.substr(0, p.a.find('\n', 100) + 1);
  CHECK(described(bad + p.a) == std::vector<std::string>{"1:bad base64 decode", "4:ok"});
  CHECK(load_with_splitter(p.a + bad + p.b).subjects.size() == 2);
  CHECK(described(half + p.b).front() == "1:no end line");
  CHECK(described(half + "abc\n" + p.b).front() == "1:no end line: bad base64 decode");
  CHECK(described(half + "abc\n" + p.crl).front() == "1:no end line");
  CHECK(load_with_splitter(half + p.b).subjects == std::vector<std::string>{"/CN=B"});
  CHECK(load_with_splitter(replaced(p.a, "END CERT", "END OTHER CERT") + p.b).subjects.size() == 1);
  CHECK(load_with_splitter(begin_of(p.a) + "\n\n" + body_of(p.a) + end_of(p.a) + p.b)
            .subjects.size() == 1);
}

TEST_CASE("pem: a file that ends inside a block has no end line, whatever the label") {
  const Pems& p = pems();
  CHECK(mtls::pki::encoding::split_pem(begin_of(p.a) + body_of(p.a)).back().error ==
        mtls::pki::encoding::kNoEndLine);
  CHECK(mtls::pki::encoding::split_pem(p.a + begin_of(p.key)).back().error ==
        mtls::pki::encoding::kNoEndLine);
  CHECK(mtls::pki::encoding::split_pem(begin_of(p.a)).back().error ==
        mtls::pki::encoding::kNoEndLine);
}

TEST_CASE("pem: the label decides what a block is") {
  const std::vector<std::pair<std::string, PemLabel>> table{
      {"CERTIFICATE", PemLabel::kCertificate},
      {"X509 CERTIFICATE", PemLabel::kCertificate},
      {"TRUSTED CERTIFICATE", PemLabel::kTrustedCertificate},
      {"X509 CRL", PemLabel::kCrl},
      {"PRIVATE KEY", PemLabel::kPrivateKey},
      {"RSA PRIVATE KEY", PemLabel::kPrivateKey},
      {"ENCRYPTED PRIVATE KEY", PemLabel::kPrivateKey},
      {"CERTIFICATE REQUEST", PemLabel::kOther},
      {"PKCS7", PemLabel::kOther},
      {"certificate", PemLabel::kOther},
      {"", PemLabel::kOther},
  };
  for (const auto& [name, label] : table) {
    const auto blocks = mtls::pki::encoding::split_pem("-----BEGIN " + name +
                                                       "-----\nMAA=\n-----END " + name + "-----\n");
    INFO(name);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].label == label);
    CHECK(blocks[0].error.empty());
  }
}

TEST_CASE("pem: key blocks are noted and never decoded") {
  const auto blocks = mtls::pki::encoding::split_pem("\n\n" + pems().key);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].label == PemLabel::kPrivateKey);
  CHECK(blocks[0].line == 3);
  CHECK(blocks[0].der.empty());
}

TEST_CASE("pem: a million BEGIN lines without END take linear time") {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += "-----BEGIN CERTIFICATE-----\nMAA=\n";
  CHECK(mtls::pki::encoding::split_pem(text).size() == 500'000);
}

// Files that are no PEM, or PEM that nginx reads in part: the finding names a command, the command
// is run, and nginx takes all of the file then (R4.1, R4.10).
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include "audit/rules/registry.h"
#include "tests/integration/refusals/refusal_bench.h"
#include "tests/integration/verdict/verdict_bench.h"
#include "tests/support/shell.h"

namespace mtls::testing {
namespace {

using audit::FindingKind;

constexpr std::string_view kRun = "Run: ";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

std::string indented(const std::string& pem, const std::string& by) {
  const std::string all = by + replaced(pem, "\n", "\n" + by);
  return all.substr(0, all.size() - by.size());
}

std::string without_markers(const std::string& pem) {
  const std::size_t start = pem.find('\n') + 1;
  return pem.substr(start, pem.find("-----END") - start);
}

/// What a command of openssl(1) and its kin makes of the two CAs `a.pem` and `b.pem`, or of the CRL
/// `a.crl`.
std::string made_by(const std::string& command) {
  static const TempDir dir;
  static const Minted a = authority("CN=Root A");
  static const Minted b = authority("CN=Root B");
  static const std::string crl = mint_crl(crl_of(a));
  dir.write("a.pem", a.certificate_pem);
  dir.write("b.pem", b.certificate_pem);
  dir.write("a.key", a.key_pem);
  dir.write("a.crl", crl);
  run_in(dir, "( " + command + " ) > out 2> err");
  daemon::system::Disk disk;
  const auto content = disk.read(dir.path("out"), 1U << 20U);
  REQUIRE(content);
  return std::string(content->text());
}

/// A file that nginx refuses or reads in part until the command has mended it.
struct Shape {
  std::string what;
  std::string text;
  std::size_t certificates;  // when it is mended
  std::string said;          // a part of the remedy or the detail
};

std::vector<Shape> refused_shapes() {
  const std::string one = made_by("cat a.pem");
  const std::string two = made_by("cat a.pem b.pem");
  const std::string joined = one.substr(0, one.size() - 1) + made_by("cat b.pem");
  const std::string escaped = replaced(two, "\n", "\\n");
  return {
      {"DER", made_by("openssl x509 -in a.pem -outform DER"), 1, "a certificate in DER"},
      {"PKCS #7 in DER",
       made_by("openssl crl2pkcs7 -nocrl -certfile a.pem -certfile b.pem "
               "-outform DER"),
       2, "a PKCS #7 file in DER"},
      {"PKCS #7", made_by("openssl crl2pkcs7 -nocrl -certfile a.pem -certfile b.pem"), 2,
       "a PKCS #7 file"},
      {"PKCS #7 under the label of a certificate",
       replaced(made_by("openssl crl2pkcs7 -nocrl -certfile a.pem"), "PKCS7", "CERTIFICATE"), 1,
       "a PKCS #7 file"},
      {"PKCS #12", made_by("openssl pkcs12 -export -in a.pem -inkey a.key -passout pass:"), 1,
       "a PKCS #12 file"},
      {"UTF-16", made_by("cat a.pem b.pem | iconv -t UTF-16"), 2, "text in UTF-16"},
      {"UTF-16 of Windows", made_by("sed 's/$/\\r/' a.pem | iconv -t UTF-16"), 1, "UTF-16"},
      {"UTF-16LE", made_by("iconv -t UTF-16LE a.pem"), 1, "text in UTF-16"},
      {"UTF-16BE", made_by("iconv -t UTF-16BE a.pem"), 1, "text in UTF-16"},
      {"\\n for line ends", escaped, 2, "as in JSON"},
      {"\\n, on one line with END last", escaped.substr(0, escaped.size() - 2), 2, "as in JSON"},
      {"JSON", "{\"ca\":\"" + escaped + "\"}\n", 2, "as in JSON"},
      {"JSON with \\r\\n and escaped slashes",
       "{\n  \"ca\": \"" + replaced(replaced(two, "/", "\\/"), "\n", "\\r\\n") + "\"\n}\n", 2,
       "as in JSON"},
      {"a list in JSON",
       "[\"" + replaced(one, "\n", "\\n") + "\",\"" + replaced(one, "\n", "\\n") + "\"]\n", 2,
       "as in JSON"},
      {"YAML", "ca: |\n" + indented(two, "  "), 2, "as in YAML"},
      {"indented with tabs", indented(one, "\t"), 1, "as in YAML"},
      {"indented with no-break spaces", indented(one, "\xC2\xA0"), 1, "as in YAML"},
      {"behind a key", "ca: " + one, 1, "other text on the line"},
      {"quoted", "'" + one.substr(0, one.size() - 1) + "'\n", 1, "other text on the line"},
      {"en dashes",
       replaced(replaced(one, "-----BEGIN CERTIFICATE-----",
                         "\xE2\x80\x93----BEGIN CERTIFICATE----\xE2\x80\x93"),
                "-----END CERTIFICATE-----", "\xE2\x80\x94\xE2\x80\x94-END CERTIFICATE-----"),
       1, "five hyphens"},
      {"four dashes", replaced(one, "-----", "----"), 1, "five hyphens"},
      {"six dashes", replaced(one, "-----", "------"), 1, "five hyphens"},
      {"dashes and blanks", replaced(one, "-----", "- - - - -"), 1, "five hyphens"},
      {"no dashes", replaced(one, "-----", ""), 1, "five hyphens"},
      {"a wrong END", made_by("cat a.pem; sed 's/^-----END.*/----END CERTIFICATE----/' b.pem"), 2,
       "five hyphens"},
      {"an indented END", made_by("cat a.pem; sed 's/^-----END/ &/' b.pem"), 2, "five hyphens"},
      {"text behind END", made_by("sed 's/^-----END.*/& the CA/' a.pem; cat b.pem"), 2,
       "other text on the line"},
      {"END behind base64", replaced(two, "\n-----END", "-----END"), 2, "lost its line ends"},
      {"carriage returns alone", replaced(two, "\n", "\r"), 2, "carriage returns alone"},
      {"blanks for line ends", replaced(two, "\n", " "), 2, "lost its line ends"},
      {"no line ends", replaced(two, "\n", ""), 2, "lost its line ends"},
      {"END and BEGIN on one line", joined, 2, "share a line"},
      {"base64 of PEM", made_by("base64 -w0 a.pem"), 1, "Kubernetes"},
      {"base64 of PEM in lines", made_by("cat a.pem b.pem | base64"), 2, "Kubernetes"},
      {"base64 alone", without_markers(one), 1, "without BEGIN and END"},
      {"base64 on one line", replaced(without_markers(one), "\n", ""), 1, "without BEGIN and END"},
      {"no BEGIN", one.substr(one.find('\n') + 1), 1, "lacks a BEGIN line"},
      {"base64 among text", "The CA:\n" + without_markers(one) + "Bye.\n", 1, "lacks a BEGIN line"},
      {"gzip", made_by("gzip -c a.pem"), 1, "compressed with gzip"},
  };
}

std::vector<Shape> partly_read_shapes() {
  const std::string one = made_by("cat a.pem");
  const std::string other = made_by("cat b.pem");
  const std::string der = made_by("openssl x509 -in b.pem -outform DER");
  const std::string crl = made_by("openssl crl -in a.crl -outform DER");
  const std::string third = made_by("cat a.pem | sed 1,1d");
  return {
      {"an indented second", one + indented(other, "  "), 2, "white space"},
      {"an indented BEGIN", one + "  " + other, 2, "white space"},
      {"a byte order mark behind a blank line", one + "\n\xEF\xBB\xBF" + other, 2,
       "byte order mark"},
      {"four dashes", one + replaced(other, "-----", "----"), 2, "five hyphens"},
      {"em dashes", one + replaced(other, "-----", "\xE2\x80\x94"), 2, "five hyphens"},
      {"a second behind a key", one + "other: " + other, 2, "other text"},
      {"\\n for line ends", one + replaced(other, "\n", "\\n") + "\n", 2, "written as \\n"},
      {"a second without BEGIN", one + third, 2, "no BEGIN line"},
      {"a second without BEGIN and END", one + without_markers(other), 2, "no BEGIN line"},
      {"DER behind", one + der, 2, "in DER"},
      {"DER behind without a line end", one.substr(0, one.size() - 1) + "\n" + der + "\n", 2,
       "in DER"},
      {"DER between", one + der + "\n" + other, 3, "in DER"},
      {"a CRL in DER behind", one + crl, 1, "in DER"},
      {"NUL before the second", one + std::string("\0\n", 2) + other, 2, "NUL"},
  };
}

/// A server block that asks for certificates by `file.pem`.
class Scene {
 public:
  Scene() {
    const Minted own = leaf(nullptr);
    bench_.file("server.pem", own.certificate_pem);
    bench_.file("server.key", own.key_pem);
    use("ssl_verify_client on; ssl_client_certificate file.pem;");
  }

  void use(const std::string& directives) {
    bench_.http("ssl_certificate server.pem; ssl_certificate_key server.key; " + directives);
  }
  void put(const std::string& text) { bench_.file("file.pem", text); }
  NginxTest ask() const { return bench_.ask(); }

  std::shared_ptr<const audit::Snapshot> audit() {
    return audit::build(
        {.policy = bench_.policy, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
  }
  const pki::Material& material(const audit::Snapshot& snapshot) const {
    return *snapshot.material.at(bench_.path("file.pem"))->material;
  }

  /// The findings of this kind about the file.
  static std::vector<audit::Finding> about(const audit::Snapshot& snapshot, FindingKind kind) {
    std::vector<audit::Finding> found;
    for (const audit::Finding& finding : snapshot.findings) {
      if (finding.kind == kind && finding.path.ends_with("file.pem")) found.push_back(finding);
    }
    return found;
  }

  RefusalBench& bench() { return bench_; }

 private:
  RefusalBench bench_;
  daemon::system::Disk disk_;
};

// PKCS #12 without a password: openssl would ask for one.
void run_command(const std::string& remedy) {
  const std::size_t at = remedy.find(kRun);
  REQUIRE(at != std::string::npos);
  const std::string command =
      replaced(remedy.substr(at + kRun.size()), "pkcs12 ", "pkcs12 -passin pass: ");
  INFO(command);
  REQUIRE(std::system(("{ " + command + "; } 2>/dev/null").c_str()) == 0);
}

void check_mended(Scene& scene, const Shape& shape) {
  const NginxTest nginx = scene.ask();
  INFO("nginx about the mended file: " << nginx.emerg);
  CHECK(nginx.exit_code == 0);
  const auto snapshot = scene.audit();
  CHECK(snapshot->nginx_errors().empty());
  CHECK(scene.material(*snapshot).certificates.size() == shape.certificates);
  CHECK(scene.material(*snapshot).skipped.empty());
  CHECK(Scene::about(*snapshot, FindingKind::kBundlePartlyRead).empty());
}

}  // namespace

TEST_CASE("mended files: nginx refuses what is no PEM, and takes it when the command was run") {
  if (nginx_is_missing()) return;
  Scene scene;
  for (const Shape& shape : refused_shapes()) {
    INFO(shape.what);
    scene.put(shape.text);
    CHECK(scene.ask().exit_code != 0);
    const auto snapshot = scene.audit();
    auto found = Scene::about(*snapshot, FindingKind::kBundleEmpty);
    if (found.empty()) found = Scene::about(*snapshot, FindingKind::kBundleUnparsable);
    REQUIRE(found.size() == 1);
    const auto refusal = Scene::about(*snapshot, FindingKind::kNginxRefusesConfig);
    REQUIRE(refusal.size() == 1);
    CHECK(refusal.front().remedy == found.front().remedy);
    CHECK(found.front().remedy.find(shape.said) != std::string::npos);
    INFO(found.front().remedy);
    run_command(found.front().remedy);
    check_mended(scene, shape);
  }
}

TEST_CASE("mended files: nginx skips a part in silence, and takes all when the command was run") {
  if (nginx_is_missing()) return;
  Scene scene;
  for (const Shape& shape : partly_read_shapes()) {
    INFO(shape.what);
    scene.put(shape.text);
    CHECK(scene.ask().exit_code == 0);
    const auto snapshot = scene.audit();
    CHECK(snapshot->nginx_errors().empty());
    const auto found = Scene::about(*snapshot, FindingKind::kBundlePartlyRead);
    REQUIRE(found.size() == 1);
    INFO(found.front().detail);
    CHECK(found.front().detail.find(shape.said) != std::string::npos);
    CHECK(found.front().detail.find("line 1:") == std::string::npos);
    INFO(found.front().remedy);
    run_command(found.front().remedy);
    check_mended(scene, shape);
  }
}

TEST_CASE("mended files: what no command mends is called by its name") {
  if (nginx_is_missing()) return;
  const std::vector<Shape> shapes{
      {"nothing", "", 0, "It is empty"},
      {"blank lines", "\n \n", 0, "It is empty"},
      {"a request", made_by("openssl req -new -key a.key -subj /CN=x"), 0, "certificate request"},
      {"a request in DER", made_by("openssl req -new -key a.key -subj /CN=x -outform DER"), 0,
       "certificate request"},
      {"a key", made_by("cat a.key"), 0, "a private key"},
      {"a key in DER", made_by("openssl pkey -in a.key -outform DER"), 0, "a private key"},
      {"an RSA key in DER", made_by("openssl genrsa -traditional 1024 | openssl rsa -outform DER"),
       0, "a private key"},
      {"a public key", made_by("openssl pkey -in a.key -pubout"), 0, "a bare public key"},
      {"a public key in DER", made_by("openssl pkey -in a.key -pubout -outform DER"), 0,
       "a bare public key"},
      {"a key of OpenSSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ you@host\n", 0, "OpenSSH"},
      {"a page", "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", 0, "a web page"},
      {"a page in capitals", "\n<HTML><HEAD></HEAD></HTML>\n", 0, "a web page"},
      {"an archive", "PK\x03\x04rest", 0, "a ZIP archive"},
      {"a keystore", "\xFE\xED\xFE\xED rest", 0, "a Java keystore"},
  };
  Scene scene;
  for (const Shape& shape : shapes) {
    INFO(shape.what);
    scene.put(shape.text);
    CHECK(scene.ask().exit_code != 0);
    const auto found = Scene::about(*scene.audit(), FindingKind::kBundleEmpty);
    REQUIRE(found.size() == 1);
    CHECK(found.front().remedy.find(shape.said) != std::string::npos);
    CHECK(found.front().remedy.find(kRun) == std::string::npos);
  }
}

TEST_CASE("mended files: a CRL in DER, for ssl_crl") {
  if (nginx_is_missing()) return;
  Scene scene;
  scene.bench().file("ca.pem", made_by("cat a.pem"));
  scene.use("ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl file.pem;");
  scene.put(made_by("openssl crl -in a.crl -outform DER"));
  CHECK(scene.ask().exit_code != 0);
  const auto found = Scene::about(*scene.audit(), FindingKind::kBundleUnparsable);
  REQUIRE(found.size() == 1);
  CHECK(found.front().remedy.find("a CRL in DER") != std::string::npos);
  run_command(found.front().remedy);
  CHECK(scene.ask().exit_code == 0);
}

TEST_CASE("mended files: a server certificate in DER, for which only nginx's refusal speaks") {
  if (nginx_is_missing()) return;
  Scene scene;
  scene.bench().http("ssl_certificate file.pem; ssl_certificate_key a.key;");
  scene.bench().file("a.key", made_by("cat a.key"));
  scene.put(made_by("openssl x509 -in a.pem -outform DER"));
  CHECK(scene.ask().exit_code != 0);
  const auto found = Scene::about(*scene.audit(), FindingKind::kNginxRefusesConfig);
  REQUIRE(found.size() == 1);
  run_command(found.front().remedy);
  CHECK(scene.ask().exit_code == 0);
}

TEST_CASE("mended files: a directory of certificates") {
  if (nginx_is_missing()) return;
  Scene scene;
  scene.bench().file("cas/a.pem", made_by("cat a.pem"));
  scene.bench().file("cas/b.pem", made_by("cat b.pem"));
  scene.use("ssl_verify_client on; ssl_client_certificate cas;");
  CHECK(scene.ask().exit_code != 0);
  const auto snapshot = scene.audit();
  std::string remedy;
  for (const audit::Finding& finding : snapshot->findings) {
    if (finding.kind == FindingKind::kBundleUnreadable) remedy = finding.remedy;
  }
  run_command(remedy);
  scene.use("ssl_verify_client on; ssl_client_certificate cas.pem;");
  CHECK(scene.ask().exit_code == 0);
}

}  // namespace mtls::testing

#include "daemon/inputs/ingress_conf.h"

#include <catch2/catch.hpp>

namespace mtls::daemon::inputs {
namespace {

// Line 8 has the Secret, 9 the mode, 14 the host, 17 the path.
const std::string kShop = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    kubernetes.io/ingress.class: nginx
    nginx.ingress.kubernetes.io/auth-tls-secret: shop/client-ca
    nginx.ingress.kubernetes.io/auth-tls-verify-client: "optional"
spec:
  tls:
  - hosts: [shop.example]
  rules:
  - host: shop.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
)";

std::map<std::string, std::string> texts_of(const std::string& manifest) {
  Manifests manifests;
  const auto added = add_manifests("/app.yaml", manifest, manifests);
  CAPTURE(added ? "" : added.error().message);
  REQUIRE(added);
  return ingress_conf(manifests);
}

std::string mistake_in(const std::string& manifest) {
  Manifests manifests;
  const auto added = add_manifests("/app.yaml", manifest, manifests);
  return added ? "" : added.error().message;
}

std::string line_of(const std::string& text, int line) {
  std::size_t at = 0;
  for (int i = 1; i < line; ++i) at = text.find('\n', at) + 1;
  return text.substr(at, text.find('\n', at) - at);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

const std::string kShopFile = "/app.yaml (Ingress shop/web, shop.example)";

}  // namespace

TEST_CASE("ingress: each directive stands on the line of its annotation") {
  const auto texts = texts_of(kShop);
  const std::string& server = texts.at(kShopFile);
  CAPTURE(server);
  CHECK_THAT(line_of(server, 8),
             Catch::Contains("ssl_client_certificate \"/(Secret shop/client-ca)/ca.crt\";"));
  CHECK_THAT(line_of(server, 8), Catch::Contains("ssl_verify_depth 1;"));
  CHECK_THAT(line_of(server, 9), Catch::Equals("ssl_verify_client optional; "));
  CHECK_THAT(line_of(server, 14), Catch::Contains("server_name \"shop.example\";"));
  CHECK_THAT(line_of(server, 17), Catch::Contains("location \"/\" {"));
  CHECK(manifest_of(kShopFile) == "/app.yaml");
  CHECK(manifest_of("/etc/nginx/nginx.conf") == "/etc/nginx/nginx.conf");
}

TEST_CASE("ingress: plain HTTP is redirected where the host has TLS or it is forced") {
  const auto is_redirected = [](const std::string& manifest) {
    return texts_of(manifest).at(kShopFile).find("return 308") != std::string::npos;
  };
  const std::string with = "    kubernetes.io/ingress.class: nginx\n";
  const std::string bare = replaced(kShop, "  tls:\n  - hosts: [shop.example]\n", "");
  CHECK(is_redirected(kShop));
  CHECK_FALSE(is_redirected(bare));
  CHECK_FALSE(is_redirected(
      replaced(kShop, with, "    nginx.ingress.kubernetes.io/ssl-redirect: \"false\"\n")));
  CHECK(is_redirected(
      replaced(bare, with, "    nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"\n")));
}

TEST_CASE("ingress: what its annotations default to") {
  const auto with = [](const std::string& annotation) {
    return texts_of(replaced(kShop, "auth-tls-verify-client: \"optional\"", annotation))
        .at(kShopFile);
  };
  CHECK_THAT(with("auth-tls-verify-client: \"true\""), Catch::Contains("ssl_verify_client on;"));
  CHECK_THAT(with("auth-tls-verify-depth: \"0\""), Catch::Contains("ssl_verify_depth 1;"));
  CHECK_THAT(with("auth-tls-verify-depth: \"3\""),
             Catch::Contains("ssl_verify_depth 3;") && Catch::Contains("ssl_verify_client on;"));
  CHECK_THAT(with("auth-tls-match-cn: \"CN=ada\""),
             Catch::Contains("if ($ssl_client_s_dn !~ \"CN=ada\") { return 403"));
  CHECK_THAT(with("auth-tls-error-page: https://a/e"),
             Catch::Contains("error_page 495 496 = \"https://a/e\";"));
}

TEST_CASE("ingress: Secrets beside it are files, of data and of stringData") {
  const std::string secret =
      "---\napiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  metadata: {name: client-ca, "
      "namespace: shop}\n  data:\n    ca.crt: Q0EK\n  stringData:\n    ca.crl: |\n      CRL\n";
  const auto texts = texts_of(kShop + secret);
  CHECK(texts.at("/(Secret shop/client-ca)/ca.crt") == "CA\n");
  CHECK(texts.at("/(Secret shop/client-ca)/ca.crl") == "CRL\n");
  CHECK_THAT(texts.at(kShopFile), Catch::Contains("ssl_crl \"/(Secret shop/client-ca)/ca.crl\";"));
  CHECK(texts_of(kShop).count("/(Secret shop/client-ca)/ca.crt") == 0);
}

TEST_CASE("ingress: of several for one host, the first with a CA decides for all paths") {
  const std::string open =
      "---\nkind: Ingress\nmetadata: {name: open, namespace: shop}\nspec:\n  rules:\n"
      "  - host: shop.example\n    http:\n      paths:\n      - path: /open\n        backend:\n"
      "          service: {name: open, port: {name: http}}\n";
  const auto texts = texts_of(open + "---\n" + kShop);
  const std::string& main = texts.at(kIngressConf);
  CAPTURE(main);
  CHECK(main.find("include \"/app.yaml (Ingress shop/open, shop.example)\"") != std::string::npos);
  CHECK(main.find("include \"" + kShopFile + "\"") != std::string::npos);
  CHECK_THAT(texts.at("/app.yaml (Ingress shop/open, shop.example)"),
             Catch::Contains("location \"/open\"") && Catch::Contains("shop-open-http") &&
                 !Catch::Contains("ssl_verify_client"));
}

TEST_CASE("ingress: mistakes name the file and the line") {
  CHECK_THAT(mistake_in("kind: Ingress\nmetadata: [a]\n"),
             Catch::Equals("/app.yaml:2: metadata is no map"));
  CHECK_THAT(mistake_in("kind: Ingress\nspec:\n  rules: {a: b}\n"),
             Catch::Equals("/app.yaml:3: rules is no list"));
  CHECK_THAT(mistake_in("kind: Secret\nmetadata: {name: a}\ndata:\n  ca.crt: '?'\n"),
             Catch::StartsWith("/app.yaml:4: this value of data is not base64"));
  CHECK_THAT(mistake_in("kind: Ingress\nmetadata: {{ .Values.a }}\n  x: ]\n"),
             Catch::Contains("helm template"));
  CHECK(mistake_in("# only words\n").empty());
  CHECK(mistake_in("kind: ConfigMap\ndata: 1\n---\n- a\n").empty());
}

}  // namespace mtls::daemon::inputs

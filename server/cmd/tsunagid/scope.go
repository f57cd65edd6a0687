package main

// scope is what whoever sets a site up must have read (spec/security.md, section 0).
// server/docs/security.md has the same words.
const scope = "カード情報は、このサーバーの中で処理され、決済会社へ送られます(通過・処理)。" +
	"自社の設備・ネットワークでこのサーバーを動かす加盟店は「非保持化」には当たらず、PCI DSS への準拠が必要です。" +
	"IVR を PCI DSS に準拠したサービスプロバイダーの設備で動かすか、専用セグメントに置いて SAQ D で準拠してください。\n" +
	"Card numbers pass through this server: PCI DSS applies to the site that runs it (server/docs/security.md).\n"

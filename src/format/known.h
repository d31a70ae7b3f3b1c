/*
 * known: types that are recognised by their content so that people are told what they have, why it
 * is held, and what to do; nothing of them passes. One row each, in the order they are probed: what
 * is certain first, what only the beginning of a text tells last.
 *
 * Columns: name in C, id, finding, label in Japanese and English, and the test: an expression over
 * the functions of known.c with `k`, what was read of the input.
 */
#ifndef FORMAT_KNOWN_H
#define FORMAT_KNOWN_H

#include "format/format.h"

/* clang-format off: a table */
/* ZIP inside, so these come before the archive */
#define KNOWN_IN_ZIP(X) \
	X(odf, "odf", "opendocument", "OpenDocument 文書", "OpenDocument document", \
	  zip_says(k, "mimetypeapplication/vnd.oasis.opendocument.")) \
	X(epub, "epub", "unknown-document", "電子書籍(EPUB)", "EPUB book", \
	  zip_says(k, "mimetypeapplication/epub+zip")) \
	X(jar, "jar", "program", "Javaのプログラム", "Java program", zip_says(k, "META-INF/")) \
	X(apk, "apk", "program", "Androidのアプリ", "Android program", \
	  zip_says(k, "AndroidManifest.xml"))

#define KNOWN_BINARY(X) \
	X(encrypted_office, "encrypted-office", "encrypted", "パスワード付きのOffice文書", \
	  "encrypted Office document", cfb_has(k, u"EncryptedPackage")) \
	X(msg, "msg", "mail-file", "Outlookのメール", "Outlook message", \
	  cfb_has(k, u"__properties_version1.0")) \
	X(doc, "doc", "legacy-office", "Word 97-2003 文書", "Word 97-2003 document", \
	  cfb_has(k, u"WordDocument")) \
	X(ppt, "ppt", "legacy-office", "PowerPoint 97-2003 文書", "PowerPoint 97-2003 document", \
	  cfb_has(k, u"PowerPoint Document")) \
	X(xls, "xls", "legacy-office", "Excel 97-2003 ブック", "Excel 97-2003 workbook", \
	  cfb_has(k, u"Workbook") || cfb_has(k, u"Book")) \
	X(jtd, "jtd", "ichitaro", "一太郎文書", "Ichitaro document", \
	  cfb_has(k, u"DocumentText") || cfb_has(k, u"JSCompDocument")) \
	X(hwp, "hwp", "unknown-document", "ハングル(HWP)文書", "Hangul document", \
	  cfb_has(k, u"HwpSummaryInformation")) \
	X(visio, "visio", "unknown-document", "Visio図面", "Visio drawing", \
	  cfb_has(k, u"VisioDocument")) \
	X(msi, "msi", "program", "インストーラー", "Windows installer", \
	  cfb_clsid(k, 0x000C1084) || cfb_clsid(k, 0x000C1086)) \
	X(ole2, "ole2", "legacy-office", "OLE2形式の文書", "OLE2 document", cfb(k)) \
	X(docuworks, "docuworks", "docuworks", "DocuWorks文書", "DocuWorks document", \
	  (named(k, ".xdw") || named(k, ".xbd")) && binary(k)) \
	X(exe, "exe", "program", "Windowsのプログラム", "Windows program", \
	  at(k, 0, "MZ") && binary(k)) \
	X(elf, "elf", "program", "Linuxのプログラム", "Linux program", \
	  at(k, 0, \
	     "\x7F" \
	     "ELF")) \
	X(macho, "macho", "program", "macOSのプログラム", "macOS program", \
	  at(k, 0, "\xCF\xFA\xED\xFE") || at(k, 0, "\xCE\xFA\xED\xFE") || \
	      at(k, 0, "\xCA\xFE\xBA\xBE")) \
	X(swf, "swf", "program", "Flash", "Flash program", \
	  binary(k) && (at(k, 0, "FWS") || at(k, 0, "CWS") || at(k, 0, "ZWS"))) \
	X(lnk, "lnk", "shortcut", "ショートカット", "Windows shortcut", \
	  at(k, 0, "L\0\0\0\x01\x14\x02\0")) \
	X(chm, "chm", "program", "ヘルプファイル(CHM)", "compiled help", at(k, 0, "ITSF")) \
	X(onenote, "onenote", "unknown-document", "OneNote", "OneNote section", \
	  at(k, 0, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D")) \
	X(heif, "heif", "picture-unsupported", "HEIC又はAVIF画像", "HEIF picture", \
	  at(k, 4, "ftyp") && (at(k, 8, "hei") || at(k, 8, "hev") || at(k, 8, "mif1") || \
			       at(k, 8, "msf1") || at(k, 8, "avi"))) \
	X(jp2, "jp2", "picture-unsupported", "JPEG 2000 画像", "JPEG 2000 picture", \
	  at(k, 0, "\0\0\0\x0CjP  \r\n\x87\n") || at(k, 0, "\xFF\x4F\xFF\x51")) \
	X(jxl, "jxl", "picture-unsupported", "JPEG XL 画像", "JPEG XL picture", \
	  at(k, 0, "\0\0\0\x0CJXL \r\n\x87\n") || at(k, 0, "\xFF\x0A")) \
	X(psd, "psd", "picture-unsupported", "Photoshop画像", "Photoshop picture", \
	  at(k, 0, "8BPS")) \
	X(ico, "ico", "picture-unsupported", "アイコン", "icon", \
	  at(k, 0, "\0\0\1\0") || at(k, 0, "\0\0\2\0")) \
	X(emf, "emf", "picture-unsupported", "EMF図形", "EMF drawing", \
	  at(k, 0, "\1\0\0\0") && at(k, 40, " EMF")) \
	X(wmf, "wmf", "picture-unsupported", "WMF図形", "WMF drawing", \
	  at(k, 0, "\xD7\xCD\xC6\x9A") || at(k, 0, "\1\0\x09\0\0\3")) \
	X(jww, "jww", "cad", "Jw_cad図面", "Jw_cad drawing", \
	  at(k, 0, "JwwData.") || at(k, 0, "jw_cad(c)data")) \
	X(dwg, "dwg", "cad", "AutoCAD図面(DWG)", "AutoCAD drawing (DWG)", \
	  at(k, 0, "AC10") && binary(k)) \
	X(dxf_binary, "dxf-binary", "cad", "CAD図面(DXF)", "CAD drawing (DXF)", \
	  at(k, 0, "AutoCAD Binary DXF")) \
	X(sevenzip, "7z", "archive-unsupported", "7z書庫", "7z archive", \
	  at(k, 0, "7z\xBC\xAF\x27\x1C")) \
	X(rar, "rar", "archive-unsupported", "RAR書庫", "RAR archive", at(k, 0, "Rar!\x1A\7")) \
	X(lzh, "lzh", "archive-unsupported", "LZH書庫", "LZH archive", \
	  (at(k, 2, "-lh") || at(k, 2, "-lz")) && at(k, 6, "-")) \
	X(gzip, "gzip", "archive-unsupported", "gzip圧縮", "gzip file", at(k, 0, "\x1F\x8B\x08")) \
	X(bzip2, "bzip2", "archive-unsupported", "bzip2圧縮", "bzip2 file", \
	  at(k, 0, "BZh") && at(k, 4, "1AY&SY")) \
	X(xz, "xz", "archive-unsupported", "xz圧縮", "xz file", \
	  at(k, 0, \
	     "\xFD" \
	     "7zXZ\0")) \
	X(zstd, "zstd", "archive-unsupported", "zstd圧縮", "zstd file", \
	  at(k, 0, "\x28\xB5\x2F\xFD")) \
	X(tar, "tar", "archive-unsupported", "tar書庫", "tar archive", at(k, 257, "ustar")) \
	X(cab, "cab", "archive-unsupported", "CAB書庫", "cabinet archive", \
	  at(k, 0, "MSCF\0\0\0\0")) \
	X(arj, "arj", "archive-unsupported", "ARJ書庫", "ARJ archive", \
	  at(k, 0, "\x60\xEA") && binary(k)) \
	X(package, "package", "program", "ソフトウェアのパッケージ", "software package", \
	  at(k, 0, "!<arch>\n") || at(k, 0, "\xED\xAB\xEE\xDB")) \
	X(iso, "iso", "disk-image", "ディスクイメージ", "disk image", \
	  at(k, 32769, "CD001") || at(k, 0, "vhdxfile") || at(k, 0, "conectix") || \
	      at(k, 0, "KDMV")) \
	X(sqlite, "sqlite", "database", "SQLiteデータベース", "SQLite database", \
	  at(k, 0, "SQLite format 3\0")) \
	X(access, "access", "database", "Accessデータベース", "Access database", \
	  at(k, 4, "Standard Jet DB") || at(k, 4, "Standard ACE DB")) \
	X(pst, "pst", "mail-file", "Outlookのデータ", "Outlook data", at(k, 0, "!BDN")) \
	X(tnef, "tnef", "mail-file", "Outlookの添付(winmail.dat)", "TNEF mail attachment", \
	  at(k, 0, "\x78\x9F\x3E\x22")) \
	X(mp4, "mp4", "sound-video", "動画又は音声(MP4)", "MP4 media", \
	  at(k, 4, "ftyp") || at(k, 4, "moov")) \
	X(mp3, "mp3", "sound-video", "音声(MP3)", "MP3 audio", \
	  at(k, 0, "ID3") || at(k, 0, "\xFF\xFB") || at(k, 0, "\xFF\xF3")) \
	X(riff, "riff", "sound-video", "音声又は動画(WAV、AVI)", "WAV or AVI media", \
	  at(k, 0, "RIFF") && (at(k, 8, "WAVE") || at(k, 8, "AVI "))) \
	X(ogg, "ogg", "sound-video", "音声又は動画(Ogg)", "Ogg media", at(k, 0, "OggS\0")) \
	X(flac, "flac", "sound-video", "音声(FLAC)", "FLAC audio", at(k, 0, "fLaC")) \
	X(asf, "asf", "sound-video", "Windows Media", "Windows Media", \
	  at(k, 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11")) \
	X(mpeg, "mpeg", "sound-video", "動画(MPEG)", "MPEG video", \
	  at(k, 0, "\0\0\1\xBA") || at(k, 0, "\0\0\1\xB3")) \
	X(mkv, "mkv", "sound-video", "動画(Matroska、WebM)", "Matroska video", \
	  at(k, 0, "\x1A\x45\xDF\xA3")) \
	X(midi, "midi", "sound-video", "MIDI", "MIDI music", at(k, 0, "MThd\0\0\0\6")) \
	X(font, "font", "unknown-document", "フォント", "font", \
	  at(k, 0, "OTTO\0") || at(k, 0, "\0\1\0\0\0") || at(k, 0, "wOFF") || at(k, 0, "wOF2") || \
	      at(k, 0, "ttcf\0"))

/* Texts that some program would run, load or render; `head` is in lower case. */
#define KNOWN_IN_TEXT(X) \
	X(rtf, "rtf", "rtf", "リッチテキスト(RTF)", "Rich Text", head(k, "{\\rt")) \
	X(svg, "svg", "web-page", "SVG図形", "SVG drawing", markup(k) && mentions(k, "<svg")) \
	X(html, "html", "web-page", "Webページ(HTML)", "web page", \
	  tag(k, "<!doctype html") || tag(k, "<html") || tag(k, "<head") || tag(k, "<script") || \
	      tag(k, "<iframe") || tag(k, "<body") || tag(k, "<title") || tag(k, "<style") || \
	      tag(k, "<table") || tag(k, "<div") || tag(k, "<font") || tag(k, "<form") || \
	      tag(k, "<meta") || tag(k, "<p") || tag(k, "<a") || tag(k, "<b") || tag(k, "<br") || \
	      tag(k, "<h1") || tag(k, "<img") || tag(k, "<object") || tag(k, "<embed") || \
	      head(k, "<!--") || head(k, "<%")) \
	X(php, "php", "script", "PHPのプログラム", "PHP program", head(k, "<?php")) \
	X(xml, "xml", "markup", "XML文書", "XML document", head(k, "<?xml") || head(k, "<!")) \
	X(script, "script", "script", "スクリプト", "script", \
	  head(k, "#!") || head(k, "@echo off") || head(k, "@if ") || head(k, "wscript.") || \
	      head(k, "on error resume next") || head(k, "set-executionpolicy") || \
	      head(k, "<job") || head(k, "<package") || head(k, "<scriptlet")) \
	X(registry, "registry", "script", "レジストリの登録ファイル", "registry file", \
	  head(k, "windows registry editor") || head(k, "regedit4")) \
	X(shortcut_text, "url", "shortcut", "インターネットショートカット", \
	  "Internet or folder shortcut", \
	  head(k, "[internetshortcut]") || head(k, "[.shellclassinfo]") || head(k, "[shell]") || \
	      head(k, "[autorun]") || head(k, "[desktop entry]")) \
	X(sylk, "sylk", "spreadsheet-text", "SYLK表", "SYLK table", head(k, "id;")) \
	X(iqy, "iqy", "spreadsheet-text", "Webクエリ", "web query", \
	  head(k, "web\r\n1") || head(k, "web\n1") || head(k, "xlodbc")) \
	X(dif, "dif", "spreadsheet-text", "DIF表", "DIF table", \
	  head(k, "table\r\n0,1") || head(k, "table\n0,1")) \
	X(postscript, "postscript", "pdf", "PostScript", "PostScript", head(k, "%!ps")) \
	X(sxf, "sxf", "cad", "SXF図面", "SXF drawing", head(k, "iso-10303-21;")) \
	X(dxf, "dxf", "cad", "CAD図面(DXF)", "CAD drawing (DXF)", \
	  (head(k, "0\r\nsection") || head(k, "0\nsection") || head(k, "999\r\n") || \
	   head(k, "999\n")) && \
	      mentions(k, "section")) \
	X(mail, "mail", "mail-file", "メール(MIME)", "mail message", \
	  head(k, "received:") || head(k, "return-path:") || head(k, "mime-version:") || \
	      head(k, "delivered-to:") || head(k, "x-mozilla-status:") || \
	      mentions(k, "\nmime-version:")) \
	X(encrypted_text, "encrypted-text", "encrypted", "暗号化されたデータ", "encrypted data", \
	  head(k, "-----begin pgp message") || head(k, "-----begin pkcs7"))
/* clang-format on */

#define KNOWN_DECLARE(name, ...) extern const struct format format_known_##name;
KNOWN_IN_ZIP(KNOWN_DECLARE)
KNOWN_BINARY(KNOWN_DECLARE)
KNOWN_IN_TEXT(KNOWN_DECLARE)

/* For the rows of registry.c. */
#define KNOWN_ROW(name, ...) &format_known_##name,

#endif

"""Writes support.tsv anew from the data set of caniemail: `npm pack caniemail`, unpack it, and give this its data/caniemail.json."""

import json
import sys
from pathlib import Path

CLIENTS = {
    "Apple Mail": [("apple-mail", "macos"), ("apple-mail", "ios")],
    "Gmail": [("gmail", "desktop-webmail"), ("gmail", "ios"), ("gmail", "android"), ("gmail", "mobile-webmail")],
    "Outlook for Windows": [("outlook", "windows")],
    "Outlook.com and apps": [("outlook", "outlook-com"), ("outlook", "ios"), ("outlook", "android"), ("outlook", "macos")],
    "Yahoo": [("yahoo", "desktop-webmail"), ("yahoo", "ios"), ("yahoo", "android")],
    "Samsung Email": [("samsung-email", "android")],
    "Thunderbird": [("thunderbird", "macos")],
}
WORST = "nauy"  # no, partly, unknown, yes

data = json.loads(Path(sys.argv[1]).read_text())
rows = []
for feature in data["data"]:
    if feature["category"] not in ("css", "html"):
        continue
    letters = ""
    for places in CLIENTS.values():
        newest = [
            list(versions.values())[-1][0]
            for family, platform in places
            if (versions := feature["stats"].get(family, {}).get(platform))
        ]
        letters += min(newest, key=WORST.index) if newest else "u"
    if "n" in letters:
        rows.append(f"{feature['slug']}\t{letters}")
print(f"# What mail clients leave out: caniemail.com, data of {data['last_update_date'][:10]}, MIT License, © 2019 HTeuMeuLeu (LICENSE-caniemail).")
print("# Per feature, a letter for the newest version of each client: y yes, a partly, n no, u unknown. Written by renew_support.py.")
print("\t".join(["feature", *CLIENTS]))
print("\n".join(sorted(rows)))

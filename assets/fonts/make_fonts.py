#!/usr/bin/env python3
"""Makes the font files beside this script from the fonts that Debian packages.

    apt-get install fonts-inter fonts-jetbrains-mono fonts-noto-cjk fonts-dejavu-core fonts-dejavu-extra
    python3 -m venv venv && venv/bin/pip install fonttools && venv/bin/python make_fonts.py

Every file keeps only what the window draws, and no layout features: in a tool that shows bytes, `->` must stay two
characters. Figures are made tabular for good, because the toolkit cannot ask for a font feature.
"""

import pathlib
from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
DEBIAN = pathlib.Path("/usr/share/fonts")

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00)]
PUNCTUATION = [*range(0x2000, 0x2070), *range(0x20A0, 0x20C0), *range(0x2100, 0x2150)]
SHAPES = [*range(0x2190, 0x2300), *range(0x2300, 0x2600), *range(0x25A0, 0x2800), *range(0x27C0, 0x2A00)]
# What the interface itself shows: control pictures, arrows, marks and the few icons.
SYMBOLS = (
    "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␠␡␢␣␤"
    "←↑→↓↔↕↵⇥⇤⇧⇩⏎↻↺⟳⤒⤓■□▪▫▲△▶▷▸▹►▼▽▾▿◀◁◂◆◇○◌●◎◐◑◒◓◯☰☷✓✔✕✖✗✘✎✏⌕⌘⌥⌫⎋⋮⋯…∗∙•·◦⟨⟩⚠⚙⚑★☆☀☾☽⏸⏹⏺⏵⏴⏻⧉↗↘⇄⇅⎘⌃⌄⌂✱±×÷≈≠≤≥∞≒Δµ℃"
)
# Between Chinese characters they are as wide as those, and between Latin letters they are not.
QUOTES = [*map(ord, "‘’“”")]
# A replacement character is drawn for what no font has.
REPLACEMENT = [0xFFFD]


def gbk():
    """Every character of GBK, and the full-width forms and punctuation around them."""
    found = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                found.update(ord(c) for c in bytes((lead, trail)).decode("gb18030"))
            except UnicodeDecodeError:
                pass
    # Newer tables give characters to what older ones left to private use.
    newer = [*range(0x9FA6, 0xA000), *range(0xFE10, 0xFE1A)]
    forms = [*range(0x3000, 0x3100), *range(0xFF00, 0xFFF0)]
    return {c for c in found if not 0xE000 <= c < 0xF900}.union(newer, forms)


def common_hanzi():
    """The 3,755 commonest characters (GB 2312 level 1) and its punctuation, for bold text."""
    rows = [*range(0xA1, 0xAA), *range(0xB0, 0xD8)]
    return {ord(c) for r in rows for t in range(0xA1, 0xFF) for c in bytes((r, t)).decode("gb2312", "ignore")}


def make_figures_tabular(font):
    if "GSUB" not in font:
        return
    table = font["GSUB"].table
    lookups = {i for f in table.FeatureList.FeatureRecord if f.FeatureTag == "tnum" for i in f.Feature.LookupListIndex}
    swap = {}
    for index in lookups:
        for sub in table.LookupList.Lookup[index].SubTable:
            swap.update(getattr(getattr(sub, "ExtSubTable", sub), "mapping", {}))
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            for char in [*range(0x30, 0x3A), *map(ord, "+-.,:")]:
                cmap.cmap[char] = swap.get(cmap.cmap.get(char), cmap.cmap.get(char))


def make(name, source, unicodes, number=0, hinting=True, tabular=False):
    font = TTFont(DEBIAN / source, fontNumber=number)
    if tabular:
        make_figures_tabular(font)
    options = subset.Options()
    options.layout_features = []
    options.hinting = hinting
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 5, 6, 7, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "GDEF", "BASE", "DSIG", "STAT", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    target = HERE / name
    font.save(target)
    missing = sorted(set(unicodes) - set(font.getBestCmap()))
    print(f"{name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters, without {len(missing):,}")
    return set(font.getBestCmap())


def main():
    text = LATIN + PUNCTUATION
    ui = make("Inter-Regular.otf", "opentype/inter/Inter-Regular.otf", text + [*map(ord, "←↑→↓↵⇥●■▲▼✓×−±…·")], tabular=True)
    make("Inter-SemiBold.otf", "opentype/inter/Inter-SemiBold.otf", text + [*map(ord, "←↑→↓↵⇥●■▲▼✓×−±…·")], tabular=True)
    mono = make("JetBrainsMono-Regular.ttf", "truetype/jetbrains-mono/JetBrainsMono-Regular.ttf", text + SHAPES)
    make("Symbols.ttf", "truetype/dejavu/DejaVuSans.ttf", [c for c in map(ord, SYMBOLS) if c not in ui] + REPLACEMENT)
    make("SymbolsMono.ttf", "truetype/dejavu/DejaVuSansMono.ttf", [c for c in map(ord, SYMBOLS) if c not in mono] + REPLACEMENT)
    noto = "opentype/noto/NotoSansCJK-{}.ttc"
    make("NotoSansCJKsc-Regular.otf", noto.format("Regular"), gbk() | set(map(ord, SYMBOLS)), number=2, hinting=False)
    make("NotoSansCJKsc-Bold.otf", noto.format("Bold"), common_hanzi(), number=2, hinting=False)
    for weight in ("Regular", "Bold"):
        make(f"NotoSansCJKsc-Quotes-{weight}.otf", noto.format(weight), QUOTES, number=2, hinting=False)


if __name__ == "__main__":
    main()

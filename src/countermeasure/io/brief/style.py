"""Rules of the page of a brief, beyond those that all pages share."""

__all__ = ["STYLE"]

STYLE = """
.skip { position: absolute; left: -999rem; } .skip:focus { position: static; }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
svg.cm-pic { display: block; max-width: 100%; height: auto; margin: .6rem 0; } figure { margin: 0; }
.wide { margin: 1.2rem 0; } caption { text-align: left; font-weight: 600; padding: 0 0 .35rem; }
tbody th { border-bottom-width: 1px; white-space: normal; min-width: 8rem; font-weight: 600; }
.head { display: none; } .plain { font-weight: 400; }
.t { display: inline-block; min-width: 11rem; } .nowrap { white-space: nowrap; }
nav.parts a { margin-right: 1rem; } .lead p { font-size: 1.08rem; line-height: 1.5; margin: .35rem 0; }
.rests { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: 1rem 0; color: var(--soft); }
.rests ul { margin: .2rem 0; padding-left: 1.1rem; }
ol.acts { padding-left: 0; list-style: none; counter-reset: act; }
ol.acts > li { counter-increment: act; position: relative; padding: .7rem 0 .7rem 2.6rem; border-top: 1px solid var(--line);
  max-width: 60rem; }
ol.acts > li::before { content: counter(act); position: absolute; left: 0; top: .7rem; width: 1.8rem; text-align: right;
  color: var(--soft); font-variant-numeric: tabular-nums; }
ol.acts b.what { display: block; } ol.acts p { margin: .15rem 0; }
.tag.stop, .tag.apply, .stops { color: var(--warn); } .stops { font-weight: 600; }
td { overflow-wrap: break-word; } td a, li a, dd a { white-space: normal; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; gap: .2rem 1rem; margin: .4rem 0; max-width: 64rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; } code { font-size: .88em; overflow-wrap: anywhere; }
section.part { border-top: 2px solid var(--line); margin-top: 3rem; } section.part > h2 { margin-top: 1.2rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; } details .wide { margin: .8rem 0; }
@media (max-width: 40rem) {
  body { padding: 1.2rem .9rem 3rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; }
  ol.acts > li { padding-left: 1.9rem; } ol.acts > li::before { width: 1.3rem; } .cards { grid-template-columns: 1fr 1fr; }
  .stack thead { position: absolute; left: -999rem; }
  .stack tr, .stack tr > * { display: block; border: 0; padding: .1rem 0; }
  .stack tbody tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
  .stack .head { display: inline; color: var(--soft); }
}
@media print {
  @page { size: A4; margin: 14mm; } nav.parts, .skip, details.runs:not([open]) { display: none; }
  section.part { break-before: page; border: 0; margin: 0; }
  ol.acts > li { break-inside: avoid; padding-top: .3rem; padding-bottom: .3rem; }
  figure, .rests { break-inside: avoid; } h3, caption { break-after: avoid; } h2, h3 { margin-top: 1rem; }
  .wide { margin: .6rem 0; }
  table { font-size: 8pt; } th { white-space: normal; } td, th { padding: .12rem .4rem; } tbody th, .t { min-width: 0; }
  .lead p { font-size: 1rem; } a { color: inherit; } .cards { grid-template-columns: repeat(4, 1fr); }
  .many table { font-size: 6pt; } .many td, .many th { padding: .1rem .18rem; white-space: normal; overflow-wrap: anywhere; }
  .many .day { white-space: normal; } td, th, .nowrap { overflow-wrap: anywhere; white-space: normal; }
  .tag { font-size: 7pt; } .card b { font-size: 11pt; }
}
"""

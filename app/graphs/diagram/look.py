"""How a diagram looks: on light and on dark pages, told apart by more than colour."""

STYLE = """
.fanjoin text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328;
  text-anchor: middle }
.fanjoin .note, .fanjoin .label { font-size: 11px; fill: #59636e }
.fanjoin .name.join { font-weight: bold }
.fanjoin .label { stroke: #ffffff; stroke-width: 4px; paint-order: stroke }
.fanjoin .paper { fill: #ffffff; stroke: #d1d9e0 }
.fanjoin .box { fill: #f6f8fa; stroke: #818b98; stroke-width: 1.5 }
.fanjoin .box.branch { fill: #ddf4ff; stroke: #0969da }
.fanjoin .box.join { fill: #fbefff; stroke: #8250df; stroke-width: 3 }
.fanjoin .box.optional { stroke-dasharray: 6 4 }
.fanjoin .edge { fill: none; stroke: #818b98; stroke-width: 1.5 }
.fanjoin .edge.conditional { stroke-dasharray: 5 4 }
.fanjoin .head { fill: #818b98 }
@media (prefers-color-scheme: dark) {
  .fanjoin text { fill: #f0f6fc }
  .fanjoin .note, .fanjoin .label { fill: #9198a1 }
  .fanjoin .label { stroke: #0d1117 }
  .fanjoin .paper { fill: #0d1117; stroke: #3d444d }
  .fanjoin .box { fill: #212830; stroke: #656c76 }
  .fanjoin .box.branch { fill: #10233d; stroke: #4493f8 }
  .fanjoin .box.join { fill: #271a42; stroke: #ab7df8 }
  .fanjoin .edge { stroke: #9198a1 }
  .fanjoin .head { fill: #9198a1 }
}
.fanjoin .box.group { fill: none }
"""

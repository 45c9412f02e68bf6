"""Text that would run something, if any of it were taken for markup."""

HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\">",
    "<script>document.title='ran'</script>",
    "\"><svg onload=document.title='ran'>",
    "[link](javascript:document.title='ran')",
    "<a href=\"javascript:document.title='ran'\">x</a>",
    "{{constructor.constructor('document.title=1')()}}",
    "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\"></iframe>",
    "![picture](https://outside.example/x.png) https://outside.example",
)

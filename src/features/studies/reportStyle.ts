/** How a saved report looks: for print as well as for the screen. */
export const REPORT_STYLE = `
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2rem 1rem}
h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.6em 0 .5em}
h1{margin-top:0;font-size:1.75rem}
figure{margin:1.5rem 0}
figure svg{max-width:100%;width:36rem;height:auto;display:block}
figcaption,caption{text-align:left;color:#444;font-size:.875rem;padding:.25rem 0}
.table{overflow-x:auto;margin:1.5rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;border-top:2px solid #1a1a1a;border-bottom:2px solid #1a1a1a}
thead{border-bottom:1px solid #1a1a1a}
th,td{padding:.25rem .75rem;text-align:right;font-weight:normal;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
tr.rule{border-top:1px solid #999}
code,pre{font-family:ui-monospace,monospace;font-size:.875em}
pre{overflow-x:auto}
blockquote{margin:1rem 0;padding-left:1rem;border-left:3px solid #bbb}
.missing{color:#8a4b00}
footer{margin-top:3rem;border-top:1px solid #ccc;color:#444;font-size:.875rem}
a{color:#0b57a4}
`;

from crm.web.vendoring import symbol_body

ICON = """<!-- tags: [person] -->
<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" fill="none">
  <path stroke="none" d="M0 0h24v24H0z" fill="none"/>
  <path d="M8 7a4 4 0 1 0 8 0" />
  <path d="M6 21v-2" />
</svg>
"""


def test_icon_keeps_its_shapes_only() -> None:
    assert symbol_body(ICON) == '<path d="M8 7a4 4 0 1 0 8 0" /><path d="M6 21v-2" />'

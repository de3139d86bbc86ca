"""Words of the Entity List are sorted by section and not by equal sentences."""

import pytest

from countermeasure.parties.entity_list import footnotes_of, requirement_of, review_of, sorted_requirement, sorted_review
from countermeasure.parties.model import ListedParty


@pytest.mark.parametrize(
    ("text", "footnotes"),
    [
        ("For all items subject to the EAR, see §§ 734.9(e)1 and 744.11 of the EAR2", ("1",)),
        ("For all items subject to the EAR, see §§ 734.9(e) 1 and 744.11 of the EAR 2", ("1",)),
        ("For All Items Subject to the EAR (See §734.9(e)1, and §744.11 of the EAR)2.", ("1",)),
        ("For all items subject to the EAR (see § 734.9(e)(1) and 744.11)", ("1",)),
        ("For All Items Subject to the EAR (See §734.9(g), 3 §746.8(a)(3), and §744.21(b) of the EAR).", ("3",)),
        ("All items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)", ("3",)),
        ("For all items subject to the EAR (See §§734.9(g)3, 746.8(a)(3), and 744.2l(b) of the EAR)", ("3",)),
        ("For all items subject to the EAR (See §§ 734.9(g), 746.8(a)(3), and 744.21(b) of the EAR)", ("3",)),
        ("For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)4", ("4",)),
        ("For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)", ("4",)),
        ("For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR) 4", ("4",)),
        ("For All Items Subject to the EAR (See §734.9(e), and 744.11 of the EAR)4.", ("4",)),
        ("For all items subject to the EAR (See §§734.4(a)(9), 734.9(e)(3), and 744.11 of the EAR)5", ("5",)),
        ("all items (See §§ 734.9(e)(2), 734.9(g),3 and 744.11 of the EAR)4", ("3", "4")),
        ("For all items subject to the EAR. (See §734.9(e) and §744.11 of the EAR)", ()),
        ("For all items subject to the EAR, see §§ 736.2(b)(3)(vi), and 744.11 of the EAR, EXCEPT for technology", ("1",)),
        ("For all items subject to the EAR. (See §744.11 of the EAR)", ()),
        ("", ()),
    ],
)
def test_footnotes_are_told_by_section(text, footnotes):
    assert footnotes_of(text) == footnotes


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("For all items subject to the EAR. (See §744.11 of the EAR)", "all"),
        ("All Items Subject to the EAR", "all"),
        ("All items subject to the EAR. This license requirement may be overcome by License Exception GOV, except", "all"),
        ("For all items subject to the EAR when used in projects specified in § 746.8(a)(4) of the EAR", "projects"),
        ("For all items subject to the EAR. (See § 746.8(a)(4) of the EAR)", "projects"),
        ("For items on the CCL and EAR99 items listed in supplement no. 7 to part 746 of the EAR", "named"),
        ("For any item subject to the EAR listed in supplement no. 2 to part 744.", "named"),
        ("For all items on the CCL", "ccl"),
        ("For all items listed on the Commerce Control List", "ccl"),
        ("All items except for EAR99-designated technology for the repair of unmanned aircraft", "all_but_named"),
        ("For ECCN 3A001.a.7", "named"),
        ("", "unknown"),
    ],
)
def test_requirements_are_sorted(text, requirement):
    assert sorted_requirement(text) == requirement
    assert requirement_of(ListedParty("us-el:1", "us-el", "A", requirement=text)) == requirement


@pytest.mark.parametrize(
    ("text", "review"),
    [
        ("Presumption of denial.", "presumption_of_denial"),
        ("Presumption for denial", "presumption_of_denial"),
        ("Policy of denial. See §§ 746.8(b) and 744.21(e).", "policy_of_denial"),
        ("Case-by-case basis", "case_by_case"),
        ("Presumption of approval for EAR99 items", "presumption_of_approval"),
        ("Policy of denial apart from food and medicine, which will be reviewed on a case-by case basis.", "mixed"),
        ("Casa-by-case review for 1A004.c; and presumption of denial for all other items", "mixed"),
        ("See § 744.2(d) of the EAR", "by_section"),
        ("", "unknown"),
    ],
)
def test_review_policies_are_sorted(text, review):
    assert sorted_review(text) == review
    assert review_of(ListedParty("us-el:1", "us-el", "A", review=text)) == review

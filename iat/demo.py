"""The demo world: three people with model sheets, three places, two styles, one project. Drawn by the storyboard engine itself."""

import io
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from iat.kernel import enter
from projects.domain import bible, heirs, imports, projects
from renders.domain import files, tasks
from renders.imaging import figure
from spaces.domain import definitions, kits, spaces, versions
from spaces.models import Asset, Definition, Space, User

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "surprised", "shy", "determined")
PEOPLE: tuple[dict[str, Any], ...] = (
    {"name": "Mara Quill", "description": "Runs the night desk of the harbour paper. Asks the second question.", "canonical_tags": ["protagonist"],
     "attributes": {"gender": "woman", "personality": "curious, dry, stubborn", "appearance": {
         "hair": "long black", "skin": "light", "eyes": "brown", "outfit": "red hoodie and navy jeans", "accent": "cream", "age": "29"}}},
    {"name": "Tobias Okoro", "description": "Inspector, patient as tide tables. Owns exactly one good coat.", "canonical_tags": ["ally"],
     "attributes": {"gender": "man", "personality": "calm, exact", "appearance": {
         "hair": "flat_top black", "skin": "dark", "eyes": "dark brown", "outfit": "charcoal suit and charcoal trousers", "accent": "crimson", "age": "44"}}},
    {"name": "Ines Halloran", "description": "Bakes for the whole street and hears everything.", "canonical_tags": ["witness"],
     "attributes": {"gender": "woman", "personality": "warm, sly", "appearance": {
         "hair": "bun auburn", "skin": "pale", "eyes": "green", "outfit": "green shirt and apron and brown trousers", "marks": "round glasses", "accent": "cream", "age": "58"}}},
)
PLACES: tuple[dict[str, Any], ...] = (
    {"name": "Halloran's Kitchen", "description": "The bakery before dawn.", "attributes": {"location_type": "kitchen", "base_layout": "stove in the middle, window behind", "time_of_day": "morning"}},
    {"name": "Harbour Street", "description": "Painted house fronts down to the quay.", "attributes": {"location_type": "street", "base_layout": "house fronts, pavement, road", "time_of_day": "day"}},
    {"name": "Net Loft Alley", "description": "Where people go when they do not want to be seen.", "attributes": {"location_type": "alley", "base_layout": "narrow, lamp on the left", "time_of_day": "night", "weather": "rain"}},
)
STYLES: tuple[dict[str, Any], ...] = (
    {"name": "Harbour Ink", "description": "Flat colour, warm paper, a firm line.", "attributes": {
        "categories": {"core_style": "ligne claire", "line_detail": "even ink line", "color_lighting": "muted, warm"}, "prompt": "clear line comic, flat muted colour, warm paper",
        "negative_prompt": "photorealistic, 3d render", "parameters": {"saturation": 0.92, "contrast": 1.04, "grain": 0.22, "palette_strength": 0.28,
                                                                      "palette": ["#1b1a1e", "#f4ead6", "#b7472a", "#2c3e63", "#d9a441", "#5d8f83", "#8a5d3b", "#e8c7a8"]}}},
    {"name": "Midnight Noir", "description": "Two inks and a lot of shadow.", "attributes": {
        "categories": {"core_style": "noir", "line_detail": "heavy blacks", "color_lighting": "blue night, one warm light"}, "prompt": "film noir comic, heavy blacks, blue shadows, halftone",
        "negative_prompt": "bright colours, pastel", "parameters": {"saturation": 0.35, "contrast": 1.25, "line_weight": 0.35, "grain": 0.4, "halftone": 0.7, "tint": "#3a4a72"}}},
)
BIBLE: dict[str, Any] = {
    "title": "The Missing Ledger", "description": "A ledger is gone, and three people know different halves of where it went.",
    "visual_style": {"art_direction": "clear line, flat muted colour, warm paper", "color_palette": ["#1b1a1e", "#f4ead6", "#b7472a", "#2c3e63"], "lighting_style": "one warm lamp against a cold street"},
    "world_setting": {"time_period": "an autumn in the nineteen-fifties", "location": "a harbour town", "atmosphere": "salt, newsprint, bread before dawn", "rules": ["Nobody has a telephone at home.", "The fog comes at six."]},
    "narrative_guidelines": {"tone": "dry, patient", "themes": ["what a town agrees not to see", "debts"], "avoid": ["gunfights"]},
    "characters": [
        {"name": "Mara Quill", "description": "Runs the night desk of the harbour paper. Asks the second question.", "visual_traits": {"gender": "woman", "appearance": {"hair": "long black", "outfit": "red hoodie and navy jeans"}, "color_palette": ["#b7472a", "#2c3e63"]},
         "personality_traits": {"traits": ["curious", "dry", "stubborn"]}, "relationships": [{"to": "Tobias Okoro", "kind": "trusts, mostly"}, {"to": "Ines Halloran", "kind": "lodger of"}], "evolution_arc": [{"sequence": 12, "change": "stops asking politely"}]},
        {"name": "Tobias Okoro", "description": "Inspector, patient as tide tables. Owns exactly one good coat.", "visual_traits": {"gender": "man", "appearance": {"hair": "flat_top black", "outfit": "charcoal suit and charcoal trousers"}},
         "personality_traits": {"traits": ["calm", "exact"]}, "relationships": [{"to": "Mara Quill", "kind": "owes a favour"}]},
        {"name": "Ines Halloran", "description": "Bakes for the whole street and hears everything.", "visual_traits": {"appearance": {"hair": "bun auburn", "marks": "round glasses"}},
         "relationships": [{"to": "Mara Quill", "kind": "landlady of"}, {"to": "the Captain", "kind": "married, once"}]}],
}


@transaction.atomic
def seed(user: User) -> bool:
    """Makes the world once; False where this person has it already."""
    if Space.objects.filter(owner=user, slug="harbour-street-stories").exists():
        return False
    space = spaces.create(name="Harbour Street Stories", description="A small town, a missing ledger, three people who know different halves of it.", by=user)
    with enter.in_space(space):
        people = [_person(space, told, user) for told in PEOPLE]
        places = [definitions.publish(definitions.create(space, type="scene", by=user, **told), by=user) for told in PLACES]
        styles = [definitions.publish(definitions.create(space, type="style", by=user, **told), by=user) for told in STYLES]
        project = projects.create(space, name="The Missing Ledger", description="Chapter one, eight pages.", by=user)
        for asset in Asset.objects.filter(thumbs_at__isnull=True):
            files.make_thumbs(asset.pk, now=timezone.now())
    with enter.in_project(project):
        _story(project, people, places, styles, user)
    return True


def png(image: Image.Image, paper: str = "") -> bytes:
    """PNG bytes; on paper when a colour is named."""
    if paper:
        sheet = Image.new("RGB", image.size, paper)
        sheet.paste(image, (0, 0), image)
        image = sheet
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=2)
    return out.getvalue()


def _person(space: Space, told: dict[str, Any], user: User) -> Definition:
    row = definitions.create(space, type="character", by=user, **told)
    attributes = row.attributes
    kit = kits.create(row, name=f"{row.name} — default", by=user, appearance_prompt=", ".join(f"{k}: {v}" for k, v in attributes["appearance"].items() if v),
                      style_prompt="clear line comic, flat colour", negative_prompt="different hairstyle, different clothes")
    look = figure.look_of(attributes, seed=str(row.name))
    more = {"by": user, "source_type": "ai_generated", "generation_metadata": {"provider": "storyboard", "model": "dicebear open-peeps (CC0)", "seed": row.name}}
    whole = kits.add_picture(kit, data=png(figure.draw(look)), asset_type="anchor_fullbody", expression="neutral", label="fullbody", **more)
    head = kits.add_picture(kit, data=png(figure.draw_portrait(look), "#e9e1d2"), asset_type="anchor_portrait", expression="neutral", label="portrait", derived_from=whole, **more)
    for mood in EXPRESSIONS:
        drawn = figure.draw(replace(look, expression=figure.EXPRESSIONS[mood], pose={"happy": "waving", "determined": "hand_on_hip", "surprised": "arms_wide"}.get(mood, "standing")))
        kits.add_picture(kit, data=png(drawn), asset_type="expression", expression=mood, label=mood, derived_from=whole, **more)
    kit.refresh_from_db()
    kits.set_anchor(kit, which="primary", picture_id=head.pk, by=user)
    kits.set_anchor(kit, which="secondary", picture_id=whole.pk, by=user)
    kits.activate(kit, by=user)
    row.refresh_from_db()
    return definitions.publish(row, by=user)


def _story(project: Any, people: list[Definition], places: list[Definition], styles: list[Definition], user: User) -> None:
    got = imports.bring_in(project, by=user, characters=[p.pk for p in people[:2]], scenes=[p.pk for p in places[:2]], styles=[styles[0].pk])
    mara, tobias = got.characters
    kitchen, street = got.scenes
    keen = versions.variant(mara, variant_type="expression", label="determined", by=user)
    evening = versions.variant(street, variant_type="time_of_day", label="evening", by=user)
    book = bible.create(project, by=user, **BIBLE)
    for name in ("Mara Quill", "Tobias Okoro"):
        heirs.create_from(project, bible.somebody(book, name), by=user, choices={})
    projects.set_guide(project, name="Harbour palette", by=user, given={"chroma_limit": 62, "palette": styles[0].attributes["parameters"]["palette"], "palette_tolerance": 26})
    tasks.create(project, name="Page 1, panel 1", description="Mara waits outside the paper.", characters=[keen.pk], scene_id=evening.pk, instructions="Wide. She has been standing here a while.", by=user, workflow_data={"camera": "wide"})
    tasks.create(project, name="Page 1, panel 2", description="Tobias arrives; neither of them smiles.", characters=[keen.pk, tobias.pk], scene_id=evening.pk, instructions="Two-shot.", by=user)
    tasks.create(project, name="Page 1, panel 3", description="Later, in the bakery.", characters=[mara.pk], scene_id=kitchen.pk, instructions="Close. The oven is the only light.", by=user, workflow_data={"camera": "close_up"})

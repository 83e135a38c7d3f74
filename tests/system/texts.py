"""Texts for the folder: none shares a passage with another or with a seed."""

HARBOUR = """Harbour ferry returns after winter repairs

The harbour ferry Kestrel carried its first passengers on Monday after eleven weeks in the dry dock.
Its owners replaced both propeller shafts and painted the hull a darker green.

Commuters from the northern bays had been taken round the inlet by bus, which added forty minutes to each journey.
"""
# The same story on the next day: one sentence is new.
HARBOUR_LATER = HARBOUR.replace(
    "painted the hull a darker green.", "painted the hull a darker green. A second boat will follow in spring."
)
ORCHARD = """Late frost spares most of the valley's orchards

Growers counted fewer blackened blossoms than they had feared when temperatures fell below zero on Thursday night.
Smudge pots burned until dawn between the rows of apricots and early plums.

The cooperative expects nine tenths of an ordinary crop, its secretary told members at a crowded meeting.
"""
OBSERVATORY = """Observatory opens its dome to evening visitors

Astronomers will show the rings of Saturn through the old refractor on the first clear evening of every month.
Warm coats are advised, because the dome cannot be heated without blurring the view.

Tickets cost nothing and are handed out at the gate one hour before dusk.
"""

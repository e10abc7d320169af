"""Names to draw from: common given and family names of several languages, streets and towns.

Towns are invented; telephone numbers start in the range kept for fiction.
"""


def _listed(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(separator))


GIVEN = _listed(
    """Amara Daniel Zola Ngozi Tomasz Idris Lucía Jonas Ruth Oskar Ellie Priya Kofi Siân Rafael
    Aisha Liam Noah Olivia Emma Ava Mia Sofia Mateo Elena Marek Agnieszka Piotr Katarzyna Jan
    Anna Maria José Carmen Luis Inés Pablo Marta Hannah Leon Lukas Felix Marie Clara Paul Greta
    Emil Yusuf Fatima Omar Layla Hassan Zainab Ibrahim Mariam Wei Li Ming Hua Jing Chen Yuki
    Haruto Sakura Ren Arjun Anika Rohan Meera Dev Kavya Ravi Sunita Vikram Nadia Ivan Olga
    Dmitri Svetlana Nikolai Irina Freya Erik Astrid Lars Ingrid Nils Saoirse Cillian Aoife Niamh
    Eoin Rhys Megan Gareth Bronwen Dylan Cerys George Harry Jack Charlie Thomas Oscar William
    James Henry Alice Grace Florence Ivy Rosie Poppy Elsie Evelyn Martha Stanley Arthur Albert
    Frank Joan Margaret Doreen Brian Keith Maureen Patricia Susan Linda Karen Nigel Trevor
    Graham"""
)
FAMILY = _listed(
    """Okonjo Reid Wieczorek Pritchard Ferreira Lindqvist Adeyemi Brandt Marsh Nair Mensah Howell
    Castellanos Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson
    Evans Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips
    Mason Mitchell Rose Davis Rodríguez García Fernández López Martínez Sánchez Pérez Gómez
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Kowalski Nowak
    Wiśniewski Wójcik Kamiński Lewandowski Zieliński Silva Santos Costa Oliveira Ahmed Ali
    Hussain Begum Shah Malik Iqbal Wang Li Zhang Liu Chen Yang Huang Tanaka Suzuki Sato Watanabe
    Ivanov Petrov Sokolov O’Brien Murphy Kelly Walsh Byrne Ryan MacDonald Campbell Stewart
    Fraser Morgan Griffiths Hughes Owen Bailey Cooper Ward Turner Parker Collins Edwards Hill
    Moore Clark Harrison Scott Young Nkosi Dlamini Mbeki Achebe Eze Balogun Mwangi Otieno Haddad
    Nassar Cohen Levi Rossi Bianchi Ricci Dubois Moreau Laurent Bernard Jansen de-Vries Bakker
    Visser Nielsen Hansen Larsen"""
)
STREETS = _listed(
    """Harbour Row|Old Mill Road|Station Road|Church Lane|Victoria Street|Green Lane|Manor
    Road|Park Avenue|Queen Street|King Street|High Street|Mill Lane|The Crescent|Orchard
    Way|West End|North Quay|School Lane|Chapel Hill|Bridge Street|Market Place|Elm Close|Oak
    Drive|Beech Walk|Canal Side|Lighthouse Road|Priory Road|Castle Street|Meadow View|Brook
    Lane|Windmill Hill""",
    "|",
)
TOWNS = (
    ("Wexcombe", "WX4"),
    ("Aldermere", "AM1"),
    ("Harrowfield", "HF2"),
    ("Kingsbridge Quay", "KQ7"),
    ("Thornby", "TB3"),
    ("Caldwick", "CW9"),
    ("Eastmarsh", "EM5"),
    ("Penlow", "PL8"),
    ("Dunholt", "DH6"),
    ("Saltery", "SY2"),
)
TRADES = (
    "Dental",
    "Bakery",
    "Freight",
    "Joinery",
    "Surveyors",
    "Veterinary Care",
    "Print",
    "Garden Centre",
    "Accountants",
    "Brewery",
    "Logistics",
    "Opticians",
    "Electrical",
    "Architects",
    "Coaches",
)
FORMS = ("Ltd", "Ltd", "Ltd", "LLP", "plc", "& Sons")

"""A layer that somebody makes from the terminal."""

WELLS = """
id: wells
title: {vi: Giếng khoan, en: Wells}
description: {vi: Giếng của hộ dân, en: Wells of households}
category: environment
geometry: Point
key: code
fields:
  - {name: code, type: text, required: true, label: {vi: Mã, en: Code}}
source: {vi: Khảo sát, en: Survey}
licence: CC-BY-4.0
visibility: public
generated: false
frequency: annually
"""
